"""Errors of the disk become one sentence, however they are worded."""

import errno
import pickle
from pathlib import Path

import pytest

from auxiliary.core.disk import DiskError, disk_errors, explained
from auxiliary.core.errors import UserError

FULL = Path("/dev/full")


@pytest.mark.parametrize(("error", "words"), [
    (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota"), (OSError(errno.EROFS, "Read-only"), "is read-only"),
    (PermissionError(errno.EACCES, "Permission denied"), "permissions"),
    # As h5py and TensorFlow word it.
    (OSError("Can't write data (errno = 28, error message = 'No space left on device', buf = 0x1)"), "disk is full"),
    (RuntimeError("RESOURCE_EXHAUSTED: a.tmp; No space left on device"), "the disk is full")])
def test_the_file_the_reason_and_a_way_out_are_named(tmp_path, error, words):
    path = tmp_path / "a.txt"
    with pytest.raises(DiskError, match=r"a\.txt cannot be .*--root\)") as caught, disk_errors(path):
        raise error
    assert words in str(caught.value) and isinstance(caught.value, UserError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_file_that_the_system_names_counts_unless_it_is_to_become_the_other(tmp_path):
    def named(file):
        return str(explained(OSError(errno.ENOSPC, "full", str(file)), tmp_path / "a.txt"))

    assert named(tmp_path / ".hidden.tmp").startswith(str(tmp_path / "a.txt"))
    assert named("/elsewhere/b.txt").startswith("/elsewhere/b.txt")


def too_long(folder):
    (folder / ("x" * 256)).exists()


def below_a_file(folder):
    (folder / "file" / "a.txt").write_text("a")


def folder_in_place_of_a_file(folder):
    (folder / "file").mkdir(exist_ok=True)


@pytest.mark.parametrize(("attempt", "name", "words"), [
    (too_long, "x" * 256, "its name is too long"), (below_a_file, "file", "a file has the name of a folder"),
    (folder_in_place_of_a_file, "file", "a file has the name of a folder")])
def test_a_path_that_cannot_be_is_a_sentence(tmp_path, attempt, name, words):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DiskError, match=rf"{name}.* cannot be made, because {words}"), disk_errors():
        attempt(tmp_path)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "gone"), ValueError("a"), UserError("mine")])
def test_other_errors_pass(error):
    with pytest.raises(type(error)) as caught, disk_errors():
        raise error
    assert caught.value is error


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_output_to_a_full_disk_is_a_sentence():
    with pytest.raises(DiskError, match="the disk is full"), disk_errors(), FULL.open("w") as file:
        file.write("a")
