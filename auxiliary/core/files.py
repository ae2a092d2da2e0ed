"""Files that are either there in full or not there at all."""

import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.tmp(\..*)?")


def absolute(path: str | Path) -> Path:
    """`path` from the root of the file system, without `..`; links stay links, so tables can be moved."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.resolve would follow the links)


def beginning(folder: Path) -> str:
    """How the paths of all that lies below a folder begin; for strings, where there may be a million paths."""
    return str(folder).rstrip(os.sep) + os.sep


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Let something else write a file so that nobody ever sees half of it, whatever kills the process.

    What is written to the hidden temporary file that this yields takes the place of `path` at the end, and is
    removed if anything goes wrong. Folders that do not exist are made.

    Args:
        path: the file to write or to replace.
        sync: wait until the disk holds the content. Switch it off for thousands of files that can be made
            again: a process killed still leaves no half file, but a power cut may.

    Yields:
        The path to write to, in the same folder and with the same suffix.

    Raises:
        OSError: the file cannot be written; what was at `path` stays.

    Example:
        `with replacing(folder / "model.keras") as temporary: model.save(temporary)`
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp{path.suffix}")
    try:
        yield temporary
        if sync:
            _wait_for_disk(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: str | bytes | memoryview, *, sync: bool = True) -> None:
    """Write a file so that nobody ever sees half of it, whatever kills the process.

    Args:
        path: the file to write or to replace.
        content: text (written as UTF-8, line ends as they are) or bytes.
        sync: as in `replacing`.

    Raises:
        OSError: the file cannot be written; what was at `path` stays.
    """
    with replacing(path, sync=sync) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def remove_leftovers(folder: Path, age: float = 0) -> None:
    """Remove the temporary files that killed processes left in `folder`, not in the folders below it.

    Args:
        folder: where they may be; it need not exist.
        age: how old they must be, in seconds. Without a lock that all who write to the folder take, give more than
            any writing takes, or a file would be pulled from under somebody.
    """
    oldest = time.time() - age
    for path in folder.iterdir() if folder.is_dir() else []:
        # Its writer, if alive, or somebody else who tidies up may be quicker.
        with suppress(FileNotFoundError):
            if TEMPORARY.fullmatch(path.name) and path.stat().st_mtime <= oldest:
                path.unlink()


def _wait_for_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
