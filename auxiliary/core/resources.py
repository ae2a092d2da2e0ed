"""Checks that disk and memory have enough space, before the work that needs it."""

import shutil
from pathlib import Path

import psutil

from auxiliary.core.cgroups import free_in_groups
from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes


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
