"""Atomic writing: a file is either complete or not there."""

import hashlib
import os
import re
import stat
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import UserError
from auxiliary.core.ownership import owned, remove_if_abandoned

TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.tmp(\..*)?")
LONGEST_NAME = 255  # bytes, on all common file systems
BEGINNING = 40      # characters left of a name that gets a fingerprint


def absolute(path: str | Path) -> Path:
    """`path` as an absolute path without `..`; symbolic links are not followed, so that tables can be moved."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.resolve follows links)


def beginning(folder: Path) -> str:
    """The common beginning of all paths below a folder, as text: strings are faster than paths where they are many."""
    return str(folder).rstrip(os.sep) + os.sep


def with_fingerprint(name: str, of: str, suffix: str = "") -> str:
    """The beginning of a file's name with the fingerprint of a text, such as `beach~0123456789abcdef.jpg`."""
    return f"{name[:BEGINNING]}~{hashlib.blake2b(os.fsencode(of), digest_size=8).hexdigest()}{suffix}"


def is_file_below(path: str | Path, folders: Iterable[Path]) -> bool:
    """Whether a path leads to a regular file below one of some folders, all links resolved.

    Tables that come from elsewhere can name any file of this machine: what is shown to others is checked by this.

    Args:
        path: such as a table names it; relative ones begin at the current folder.
        folders: where the file may lie; they may be links themselves, and need not exist.
    """
    try:
        file = Path(path).resolve(strict=True)
        return file.is_file() and any(file.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, ValueError, RuntimeError):    # nothing there, a name that no file can have, links in a circle
        return False


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Let other code write a file atomically: nobody ever reads a partial file, even if the process is killed.

    The block writes to a hidden temporary file, which exists and is empty. It replaces `path` at the end of the block,
    and is removed after an error. Missing folders are created. The mode of a file that is replaced is kept, and its
    owner and group as far as this process may give files away.

    Args:
        path: the file to write or to replace.
        sync: wait until the disk holds the content. Switch it off for thousands of files that can be made again: then
            a power cut may leave a partial file, a killed process still does not; and mode and owner are those of a
            new file.

    Yields:
        The path to write to, in the same folder and with the same suffix.

    Raises:
        DiskError: the disk is full, read-only or closed to this user; the old file stays.
        OSError: the file cannot be written for another reason; the old one stays.
        UserError: a folder has its name.

    Example:
        `with replacing(folder / "model.keras") as temporary: model.save(temporary)`
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder, and a file is to be written there: remove it")

    def make() -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{uuid.uuid4().hex}.tmp{path.suffix}")
        temporary.touch(exist_ok=False)
        return temporary

    with disk_errors(path), owned(make) as temporary:
        try:
            yield temporary
            if sync:
                _copy_owner_and_mode(path, temporary)
                wait_for_disk(temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_atomically(path: Path, content: str | bytes | memoryview, *, sync: bool = True) -> None:
    """Write a file atomically: nobody ever reads a partial file, even if the process is killed.

    Args:
        path: the file to write or to replace.
        content: text (written as UTF-8 with its line ends unchanged) or bytes.
        sync: as in `replacing`.

    Raises:
        OSError: as in `replacing`.
    """
    with replacing(path, sync=sync) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that killed processes left in `folder`, but not in its subfolders.

    Files that a living process is writing stay.

    Args:
        folder: where they may be; it need not exist.
    """
    for path in folder.iterdir() if folder.is_dir() else []:
        if TEMPORARY.fullmatch(path.name):
            remove_if_abandoned(path)


def _copy_owner_and_mode(path: Path, temporary: Path) -> None:
    """Give a new file the owner, group and mode of the one that it replaces, if there is one."""
    with suppress(FileNotFoundError):
        old, new = path.stat(), temporary.stat()
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
            # Only the administrator may change the owner, and the owner only to one of his groups.
            with suppress(PermissionError):
                os.chown(temporary, -1, old.st_gid)
                os.chown(temporary, old.st_uid, -1)
        # Last, because a change of the owner removes some of the bits.
        if old.st_mode != new.st_mode:
            temporary.chmod(stat.S_IMODE(old.st_mode))


def wait_for_disk(path: Path) -> None:
    """Return when the disk holds the content of a file, so that a power cut cannot take it."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
