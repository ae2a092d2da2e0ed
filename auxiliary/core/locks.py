"""Locks between processes that say when they wait."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from auxiliary.core.disk import DiskError, explained
from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify

# Seconds; a shorter wait is not worth a sentence.
PATIENCE = 1
# Environment variable of the tasks of a cluster: a graph keeps two of them off one file, and a lock that a lost machine
# left behind on a network drive would never be released.
UNLOCKED = "AUXILIARY_UNLOCKED"
# Errors of file systems that know no locks, such as some network drives.
NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP}


def is_locked(file: Path) -> bool:
    """Whether another process has a lock; the file need not exist."""
    if not file.exists():
        return False
    try:
        with _acquired(file, 0):
            return False
    except Timeout:
        return True


@contextmanager
def locked(file: Path, task: str) -> Iterator[None]:
    """Keep other processes out of the block; one that waits longer than a second says so.

    The system releases the lock when its process ends, killed or not. The lock file stays. On a file system without
    locks a second file, `<file>.soft`, takes their place, and a line says so. Where the environment variable `UNLOCKED`
    is set, nobody is kept out.

    Args:
        file: the lock file; missing folders are created.
        task: what the process that has the lock does, such as `"training small-h62172ce0a4f1"`.

    Raises:
        DiskError: the folder or the file cannot be made.

    Example:
        `with locked(folder / ".split.lock", "splitting the images of demo"): ...` may print `another process is
        splitting the images of demo: waiting for it`.
    """
    if os.environ.get(UNLOCKED):
        yield
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = _acquired(file, PATIENCE)
        except Timeout:
            notify(f"another process is {task}: waiting for it")
            lock = _acquired(file)
    except OSError as error:
        raise explained(error, file) or DiskError(f"{file} cannot be made ({error.strerror}), which keeps other "
                                                  "processes out: move away what has its place") from error
    try:
        yield
    finally:
        lock.release()


def lock_or_refuse(file: IO, task: str) -> None:
    """Lock an open file until it is closed, without a lock file beside it; on a disk without locks, do nothing.

    Args:
        file: the file.
        task: what the process that has the lock does, such as `"writing out.csv"`.

    Raises:
        UserError: another process has the lock.
    """
    with suppress(OSError):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"another process is {task}: wait until it has ended") from None


def _acquired(file: Path, timeout: float = -1) -> BaseFileLock:
    """The lock, acquired; `Timeout` after so many seconds, of which a negative number is endless."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:    # which is an OSError
        raise
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        lock = SoftFileLock(file.with_name(f"{file.name}.soft"))
        _notify_soft(file.parent)
        lock.acquire(timeout=timeout)
    return lock


@cache
def _notify_soft(folder: Path) -> None:
    """Once per folder: every lock in it would say the same."""
    notify(f"{folder} is on a disk that knows no locks, so files called *.soft keep other processes out: after a crash "
           "of another machine, remove them")
