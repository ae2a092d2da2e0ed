"""Temporary files and folders that tell whether the process that made them is alive.

Their maker holds a lock on each, which the system releases with the process however that ends. Process ids would not
do: they are used again, and in a container they are others.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = re.compile(r"\.?auxiliary-[0-9a-f]{16}")
# A file in a folder that stays, because its user was told of it.
KEPT = ".kept"


@contextmanager
def owned(make: Callable[[], Path]) -> Iterator[Path]:
    """A new file or folder that no `remove_if_abandoned` removes before the block ends.

    Args:
        make: makes it and returns its path, a new one each time.
    """
    path, lock = _make_and_lock(make)
    try:
        yield path
    finally:
        os.close(lock)


def remove_if_abandoned(path: Path) -> None:
    """Remove a file or folder that was made by `owned`, if its maker has ended; what is kept in a folder stays."""
    # Left alone where it is in use, a link, somebody else's, gone meanwhile, or where the file system knows no locks.
    with suppress(OSError):
        lock = _open(path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path)
        finally:
            os.close(lock)


@contextmanager
def temporary_folder(parent: Path, prefix: str = "") -> Iterator[Path]:
    """A new folder that is removed at the end of the block; if this process is killed, by the next call.

    Args:
        parent: where it is made. Folders that killed processes left there are removed first.
        prefix: "." for a hidden folder.

    Raises:
        OSError: it cannot be made.
    """
    for path in parent.glob(f"{prefix}auxiliary-*"):
        if FOLDER.fullmatch(path.name):
            remove_if_abandoned(path)

    def make() -> Path:
        path = parent / f"{prefix}auxiliary-{os.urandom(8).hex()}"
        path.mkdir(mode=0o700)
        return path

    with owned(make) as path:
        try:
            yield path
        finally:
            _remove(path)


def keep(folder: Path) -> None:
    """Let a folder inside a `temporary_folder` stay, for its user to look into."""
    (folder / KEPT).touch()


def _make_and_lock(make: Callable[[], Path]) -> tuple[Path, int]:
    while True:
        path = make()
        # Before it is locked, another process may take it for abandoned and remove it.
        with suppress(FileNotFoundError):
            lock = _open(path)
            with suppress(OSError):    # some file systems know no locks: then nobody removes it
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def _open(path: Path) -> int:
    # Links are not followed. Files are opened for writing, because NFS locks no others.
    return os.open(path, (os.O_RDONLY if path.is_dir() else os.O_RDWR) | os.O_NOFOLLOW)


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink()
        return
    for inner in path.iterdir():
        if not inner.is_dir() or inner.is_symlink():
            inner.unlink(missing_ok=True)
        elif not (inner / KEPT).exists():
            shutil.rmtree(inner, ignore_errors=True)
    # Not if something is kept, or a child process that is ending still writes into it.
    with suppress(OSError):
        path.rmdir()
