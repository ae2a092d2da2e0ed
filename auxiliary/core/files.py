"""Atomic writing: a file is either complete or not there."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.ownership import owned, remove_if_abandoned

TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.tmp(\..*)?")


def absolute(path: str | Path) -> Path:
    """`path` as an absolute path without `..`; symbolic links are not followed, so that tables can be moved."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.resolve follows links)


def beginning(folder: Path) -> str:
    """The common beginning of all paths below a folder, as text: strings are faster than paths where they are many."""
    return str(folder).rstrip(os.sep) + os.sep


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Let other code write a file atomically: nobody ever reads a partial file, even if the process is killed.

    The block writes to a hidden temporary file, which exists and is empty. It replaces `path` at the end of the block,
    and is removed after an error. Missing folders are created.

    Args:
        path: the file to write or to replace.
        sync: wait until the disk holds the content. Switch it off for thousands of files that can be made again: then
            a power cut may leave a partial file, a killed process still does not.

    Yields:
        The path to write to, in the same folder and with the same suffix.

    Raises:
        OSError: the file cannot be written; the old one stays.

    Example:
        `with replacing(folder / "model.keras") as temporary: model.save(temporary)`
    """
    path.parent.mkdir(parents=True, exist_ok=True)

    def make() -> Path:
        temporary = path.with_name(f".{uuid.uuid4().hex}.tmp{path.suffix}")
        temporary.touch(exist_ok=False)
        return temporary

    with owned(make) as temporary:
        try:
            yield temporary
            if sync:
                _wait_for_disk(temporary)
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
        OSError: the file cannot be written; the old one stays.
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


def _wait_for_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
