"""Errors of a disk that is full, read-only or closed to this user, and of paths that cannot be, as one sentence."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError

# What is wrong with the disk, and the way out, by the number of the system's error.
OTHER_DISK = "free some space, or choose a folder on another disk (--root)"
FORBIDDEN = "cannot be read or written: its permissions forbid it, so change them, or choose another folder (--root)"
IN_THE_WAY = "cannot be made, because a file has the name of a folder there: move the file, or choose another place"
REASONS = {
    errno.ENOSPC: f"cannot be written, because the disk is full: {OTHER_DISK}",
    errno.EDQUOT: f"cannot be written, because your quota on this disk is used up: {OTHER_DISK}",
    errno.EFBIG: f"cannot be written, because it is too large for this disk: {OTHER_DISK}",
    errno.EROFS: "cannot be written, because the disk is read-only: choose a folder on another disk (--root)",
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.ENAMETOOLONG: "cannot be made, because its name is too long for this disk: choose a shorter one",
    # A file stands where a folder is to be made, or to be entered.
    errno.EEXIST: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
}
# Libraries that write files by themselves keep only the text, such as "errno = 28, error message = 'No space left..."
TEXT = re.compile("|".join(re.escape(os.strerror(number)) for number in (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)))
NUMBERS = {os.strerror(number): number for number in REASONS}


class DiskError(UserError, OSError):
    """A file that cannot be written; also an `OSError`, for code that handles those."""

    def __str__(self) -> str:
        # An OSError that knows its number would print that instead.
        return self.args[0]


@contextmanager
def disk_errors(path: Path | None = None) -> Iterator[None]:
    """Raise errors of the disk as `DiskError`; all other errors pass.

    Args:
        path: the file or folder that is written, for the message; the one that the system names unless given.
    """
    try:
        yield
    except UserError:
        raise
    # Keras, h5py and TensorFlow have errors of their own for a full disk.
    except Exception as error:
        if (found := explained(error, path)) is None:
            raise
        raise found from error


def explained(error: Exception, path: Path | None = None) -> DiskError | None:
    """The sentence for an error of the disk; None for any other error."""
    number = error.errno if isinstance(error, OSError) else None
    if number not in REASONS:
        found = TEXT.search(str(error))
        number = NUMBERS[found[0]] if found else None
    if number is None:
        return None
    named = getattr(error, "filename", None)
    # A hidden file that is about to become `path` does not help anybody.
    where = path if path and (named is None or Path(os.fsdecode(named)).parent == path.parent) else named
    sentence = DiskError(f"{where or 'a file'} {REASONS[number]}")
    sentence.errno, sentence.strerror = number, os.strerror(number)
    return sentence
