import errno
import fcntl
import subprocess
import sys

import pytest

from auxiliary.core import locks
from auxiliary.core.disk import DiskError
from auxiliary.core.locks import is_locked, locked

# Holds the lock until it is killed.
HOLDER = """
import sys, time
from pathlib import Path
from auxiliary.core.locks import locked
with locked(Path(sys.argv[1]), "nothing"):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new folder" / ".lock"


@pytest.fixture
def holder(file):
    """Another process that has the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_whoever_waits_is_told_and_goes_on_when_the_other_process_is_killed(holder, file, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE", 0.01)
    said = []

    def notify(text: str) -> None:
        said.append(text)
        holder.kill()

    monkeypatch.setattr(locks, "notify", notify)
    with locked(file, "splitting the images"):
        assert said == ["another process is splitting the images: waiting for it"]
    assert holder.wait() != 0


def test_without_another_process_nothing_is_said(file, capsys):
    for _ in range(2):
        with locked(file, "splitting the images"):
            pass
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def no_locks(monkeypatch):
    """A file system that knows no locks."""
    def flock(*_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.mark.usefixtures("no_locks")
def test_where_the_disk_knows_no_locks_a_file_takes_their_place_and_a_line_says_so(file, capsys):
    soft = file.with_name(".lock.soft")
    for _ in range(2):
        assert not is_locked(file)
        with locked(file, "splitting the images"):
            assert soft.exists()
            assert is_locked(file)
    assert not soft.exists()
    assert capsys.readouterr().out.count(f"{file.parent} is on a disk that knows no locks") == 1


@pytest.mark.parametrize(("lock", "words"), [
    ("file/.a.lock", "file cannot be made, because a file has the name"), ("folder", r"folder cannot be made \(.*\)")])
def test_a_lock_that_cannot_be_made_is_a_sentence(tmp_path, lock, words):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DiskError, match=words), locked(tmp_path / lock, ""):
        pass
