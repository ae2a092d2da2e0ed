import os
import signal
import stat
import subprocess
import sys

import pytest

from auxiliary.core.disk import DiskError
from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, remove_leftovers, replacing, write_atomically

# The process is killed while the temporary file is written.
KILLED = """
import os, signal, sys
from pathlib import Path
from auxiliary.core.files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_text_is_written_unchanged_into_a_new_folder(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "é\r\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xa9\r\n"


def test_file_is_replaced_and_nothing_else_left(tmp_path):
    path = tmp_path / "a.bin"
    for content in (b"first", b"2nd"):
        write_atomically(path, content, sync=False)
    assert path.read_bytes() == b"2nd"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(UserError, match=f"^{tmp_path} is a folder, .*: remove it$"):
        write_atomically(tmp_path, "text")


def test_failure_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(DiskError, match=r"a\.txt cannot be written, because the disk is full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_temporary_file_replaces_the_file(tmp_path):
    path = tmp_path / "new" / "model.keras"
    for content in ("first", "2nd"):
        with replacing(path) as temporary:
            assert (temporary.parent, temporary.suffix) == (path.parent, ".keras")
            temporary.write_text(content)
    assert path.read_text() == "2nd"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_interruption_keeps_the_old_file(tmp_path, error):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    with pytest.raises(error), replacing(path) as temporary:
        temporary.write_text("new")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_leftovers_of_killed_processes_are_removed(tmp_path):
    path = tmp_path / "model.keras"
    others = [path, tmp_path / ".hidden.tmp", tmp_path / ".run.lock", tmp_path / "a.tmp"]
    for other in others:
        other.write_text("old")
    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == len(others) + 1
    remove_leftovers(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(others)
    assert path.read_text() == "old"
    remove_leftovers(tmp_path / "not there")


def test_file_that_is_being_written_is_not_removed(tmp_path):
    with replacing(tmp_path / "a.npy") as temporary:
        temporary.write_bytes(b"whole")
        remove_leftovers(tmp_path)
    assert (tmp_path / "a.npy").read_bytes() == b"whole"


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_absolute_removes_dots_but_keeps_links(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    assert absolute("link/../link") == tmp_path / "link"
