"""The order of tests: what takes long comes first."""

from types import SimpleNamespace

from auxiliary.core.paths import REPOSITORY
from tests.running import NEXT, SLOW, pytest_collection_modifyitems


def test_every_slow_file_and_folder_is_there():
    assert [path for path in (*SLOW, *NEXT) if not (REPOSITORY / "tests" / path).exists()] == []


def test_slow_files_come_first_then_slow_folders_and_all_others_in_their_order():
    names = ["tests/test_b.py::b", "tests/test_b.py::a", f"tests/{NEXT[0]}/test_a.py::a", f"tests/{SLOW[1]}::a[x/y]",
             "tests/test_a.py::a", f"tests/{SLOW[0]}::a"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [names[place] for place in (5, 3, 2, 0, 1, 4)]
