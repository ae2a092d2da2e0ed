"""Locks between processes that say when they wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from auxiliary.core.disk import DiskError, explained
from auxiliary.core.progress import notify

# Seconds; a shorter wait is not worth a sentence.
PATIENCE = 1


def is_locked(file: Path) -> bool:
    """Whether another process has a lock; the file need not exist."""
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True


@contextmanager
def locked(file: Path, task: str) -> Iterator[None]:
    """Keep other processes out of the block; one that waits longer than a second says so.

    The system releases the lock when its process ends, killed or not. The lock file stays.

    Args:
        file: the lock file; missing folders are created.
        task: what the process that has the lock does, such as `"training small-h62172ce0a4f1"`.

    Raises:
        DiskError: the folder or the file cannot be made.

    Example:
        `with locked(folder / ".split.lock", "splitting the images of demo"): ...` may print `another process is
        splitting the images of demo: waiting for it`.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            notify(f"another process is {task}: waiting for it")
            lock.acquire()
    except OSError as error:
        raise explained(error, file) or DiskError(f"{file} cannot be made ({error.strerror}), which keeps other "
                                                  "processes out: move away what has its place") from error
    try:
        yield
    finally:
        lock.release()
