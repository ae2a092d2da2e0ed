"""Whether there is room, in memory or on a disk, for what is about to be made: asked before the work, not after."""

import shutil
from pathlib import Path

import psutil

from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes

CGROUP = Path("/sys/fs/cgroup")    # where Linux says what a container may take


def check_disk(folder: Path, needed: float, what: str) -> None:
    """Refuse work whose files a disk has no room for.

    Args:
        folder: where the files are to go; it need not exist yet.
        needed: bytes that they take at least.
        what: what they are, with its verb, such as "the features take".

    Raises:
        UserError: fewer bytes are free.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise UserError(
            f"{what} at least {format_bytes(needed)}, and {format_bytes(free)} are free on the disk of {there}: "
            "make room there, or name a folder on another disk with --root"
        )


def check_memory(needed: float, what: str) -> None:
    """Refuse work that memory has no room for.

    Args:
        needed: bytes that it takes at least.
        what: what takes them, with its verb, such as "training takes".

    Raises:
        UserError: fewer bytes are free.
    """
    free = free_memory()
    if needed > free:
        raise UserError(
            f"{what} at least {format_bytes(needed)} of memory, and {format_bytes(free)} are free: close other "
            "programs, or choose a smaller batch_size or image_size"
        )


def free_memory() -> int:
    """Bytes of memory that this process may still take, by the machine and by its container."""
    free = psutil.virtual_memory().available
    limit, used = (CGROUP / name for name in ("memory.max", "memory.current"))
    if limit.exists() and (most := limit.read_text(encoding="ascii").strip()) != "max":
        free = min(free, max(0, int(most) - int(used.read_text(encoding="ascii"))))
    return free


