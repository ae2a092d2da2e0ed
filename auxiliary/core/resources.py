"""Checks that disk, memory and limits allow some work, before it begins."""

import resource
import shutil
from pathlib import Path

import psutil

from auxiliary.core.cgroups import free_in_groups
from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes

# Files that this process may open besides.
SPARE = 256


def check_disk(folder: Path, needed: float, what: str) -> None:
    """Refuse work whose files do not fit on the disk.

    Args:
        folder: where the files will be written; it need not exist yet.
        needed: least number of bytes that they take.
        what: the files and a verb, such as "the features take".

    Raises:
        UserError: fewer bytes are free.
    """
    free, existing = free_disk(folder)
    if needed > free:
        raise UserError(
            f"{what} at least {format_bytes(needed)}, and {format_bytes(free)} are free on the disk of {existing}: "
            "free some space, or choose a folder on another disk with --root"
        )


def free_disk(folder: Path) -> tuple[int, Path]:
    """Free bytes on the disk of a folder that need not exist yet, and the nearest folder above that exists."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free, existing


def check_memory(needed: float, what: str) -> None:
    """Refuse work that does not fit into memory.

    Args:
        needed: least number of bytes that it takes.
        what: the work and a verb, such as "training takes".

    Raises:
        UserError: fewer bytes are free.
    """
    free = free_memory()
    if needed > free:
        raise UserError(
            f"{what} at least {format_bytes(needed)} of memory, and {format_bytes(free)} are free: close other "
            "programs, or choose a smaller network, batch_size or image_size"
        )


def free_memory() -> int:
    """Bytes of memory that this process may still take; limits of a container, a service or a job count."""
    free, limited = psutil.virtual_memory().available, free_in_groups()
    return free if limited is None else min(free, limited)


def allow_open_files(more: int) -> None:
    """Let this process open so many more files at once, if need be by raising its own limit.

    Raises:
        UserError: the system does not allow it.
    """
    needed = psutil.Process().num_fds() + more + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if needed <= soft or soft == resource.RLIM_INFINITY:
        return
    if needed > hard != resource.RLIM_INFINITY:
        raise UserError(f"{needed:,} files are to be open at once, and this system allows {hard:,}: raise its limit "
                        "(`ulimit -n`)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
