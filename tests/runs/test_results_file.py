"""The file of results.csv: links, owner, mode, and what is refused before any training."""

import os
import stat

import pytest
from filelock import FileLock

from auxiliary.core.errors import UserError
from auxiliary.runs.results_csv import check_results, log_result, read_results

AS_ADMINISTRATOR = pytest.mark.skipif(os.getuid() != 0, reason="only the administrator may give files away")


@pytest.fixture
def add(result):
    """Adds a row with a name to a table."""
    return lambda path, name: log_result(result.model_copy(update={"run_id": name}), path)


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_symbolic_link_stays_and_its_target_gets_the_row(relative, dangling, add, tmp_path):
    target, link, other = (tmp_path / name for name in ("shared/all.csv", "a/results.csv", "b/results.csv"))
    for folder in (target.parent, link.parent, other.parent):
        folder.mkdir()
    if not dangling:
        add(target, "run-0")
    link.symlink_to(os.path.relpath(target, link.parent) if relative else target)
    other.symlink_to(link)
    add(link, "run-1")
    add(other, "run-2")
    assert link.is_symlink() and other.is_symlink() and not target.is_symlink()
    expected = ["run-1", "run-2"] if dangling else ["run-0", "run-1", "run-2"]
    assert read_results(link)["run_id"].tolist() == read_results(target)["run_id"].tolist() == expected
    assert [path.name for path in tmp_path.rglob("*.lock")] == [".all.csv.lock"]


def test_two_links_to_one_file_share_a_lock(add, tmp_path):
    target, link = tmp_path / "all.csv", tmp_path / "results.csv"
    link.symlink_to("all.csv")
    add(link, "run-1")
    with FileLock(tmp_path / ".all.csv.lock"):
        assert not (tmp_path / ".results.csv.lock").exists()
    assert read_results(target)["run_id"].tolist() == ["run-1"]


def test_the_mode_is_kept(add, tmp_path):
    path = tmp_path / "results.csv"
    add(path, "run-1")
    path.chmod(0o660)
    add(path, "run-2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@AS_ADMINISTRATOR
def test_owner_and_group_are_kept(add, tmp_path):
    path = tmp_path / "results.csv"
    add(path, "run-1")
    os.chown(path, 1234, 2345)
    path.chmod(0o640)
    add(path, "run-2")
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o640)


def hard_link(path, add):
    add(path, "run-1")
    os.link(path, path.with_name("second name.csv"))


def read_only(path, add):
    add(path, "run-1")
    path.chmod(0o444)


def folder(path, add):
    path.mkdir()


def foreign(path, add):
    path.write_text("hello\n")


def circle(path, add):
    path.symlink_to(path.name)


def no_lock(path, add):
    path.with_name(".results.csv.lock").mkdir()


def file_for_a_folder(path, add):
    path.with_name("file").write_text("")
    path.symlink_to("file/results.csv")


def pipe(path, add):
    os.mkfifo(path)


@pytest.mark.parametrize(("make", "named"), [
    *[(make, r"results\.csv") for make in (hard_link, read_only, folder, foreign, circle, no_lock, pipe)],
    # What is in the way is named, not the table that would lie below it.
    (file_for_a_folder, r"/file cannot be made, because a file has the name of a folder there")])
def test_what_cannot_be_replaced_is_refused_before_and_after_training(make, named, add, tmp_path):
    path = tmp_path / "results.csv"
    make(path, add)
    before = path.read_bytes() if path.is_file() else None
    for refused in (lambda: check_results(path), lambda: add(path, "run-2")):
        with pytest.raises(UserError, match=named):
            refused()
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not list(tmp_path.glob("*.tmp*"))


@pytest.mark.skipif(os.getuid() == 0, reason="the administrator may write into any folder")
def test_a_read_only_folder_is_refused(add, tmp_path):
    (tmp_path / "root").mkdir(mode=0o555)
    with pytest.raises(UserError, match=r"results\.csv cannot be written"):
        check_results(tmp_path / "root" / "results.csv")


def test_a_good_table_is_not_touched(add, tmp_path):
    path = tmp_path / "results.csv"
    check_results(path)
    assert not path.exists()
    add(path, "run-1")
    before = path.stat()
    check_results(path)
    assert path.stat() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == [".results.csv.lock", "results.csv"]
