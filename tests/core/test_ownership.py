"""Temporary folders of living and of killed processes."""

import signal
import subprocess
import sys

import pytest

from auxiliary.core.ownership import keep, temporary_folder

# The process is killed while it has a folder, of which one part is kept.
KILLED = """
import os, signal, sys
from pathlib import Path
from auxiliary.core.ownership import keep, temporary_folder

with temporary_folder(Path(sys.argv[1])) as folder:
    for name in ("kept", "lost"):
        (folder / name).mkdir()
        (folder / name / "file").touch()
    keep(folder / "kept")
    (folder / "file").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("prefix", ["", "."])
def test_folder_is_removed_at_the_end_and_after_an_error(tmp_path, prefix):
    with pytest.raises(KeyboardInterrupt), temporary_folder(tmp_path, prefix) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").touch()
        raise KeyboardInterrupt
    assert folder.parent == tmp_path and not list(tmp_path.iterdir())


def test_folder_of_a_killed_process_is_removed_by_the_next_one(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    assert killed.returncode == -signal.SIGKILL
    left, = tmp_path.iterdir()
    for _ in range(2):
        with temporary_folder(tmp_path):
            assert [path.relative_to(left).as_posix() for path in sorted(left.rglob("file"))] == ["kept/file"]
    assert list(tmp_path.iterdir()) == [left]


def test_folder_of_a_living_process_is_not_removed(tmp_path):
    with temporary_folder(tmp_path) as first, temporary_folder(tmp_path) as second:
        assert first.is_dir() and second.is_dir()


def test_nothing_else_is_removed(tmp_path):
    name = f"auxiliary-{'0' * 16}"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").touch()
    (tmp_path / name).symlink_to("outside")
    for other in ("auxiliary-notebook", f".{name}", f"{name}-mine"):
        (tmp_path / other).mkdir()
    before = sorted(tmp_path.rglob("*"))
    with temporary_folder(tmp_path):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_kept_stays(tmp_path):
    with temporary_folder(tmp_path) as folder:
        for name in ("kept", "lost"):
            (folder / name).mkdir()
        keep(folder / "kept")
    assert [path.name for path in folder.iterdir()] == ["kept"]
