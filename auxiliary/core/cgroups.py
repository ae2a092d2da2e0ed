"""Linux's limits of memory for groups of processes (cgroups): those of a container, a service or a cluster's job."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROCESS = Path("/proc/self")


class _Files(NamedTuple):
    """The names of a group's files, and of the entry of `memory.stat` that counts what can be given back."""

    limit: str
    used: str
    reclaimable: str


VERSIONS: Mapping[str, _Files] = {
    "cgroup2": _Files("memory.max", "memory.current", "inactive_file"),
    "cgroup": _Files("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")}


def free_in_groups(process: Path = PROCESS) -> int | None:
    """Bytes that the groups of this process may still take; the tightest limit counts, also of a group around another.

    Files that the system caches on behalf of a group are free, because it gives that memory back when it is needed.

    Args:
        process: the process's folder in `/proc`.

    Returns:
        The number of bytes; None without a limit, and on other systems.
    """
    return min((free for folder, files in _groups(process) if (free := _free(folder, files)) is not None), default=None)


def _groups(process: Path) -> Iterator[tuple[Path, _Files]]:
    """The folders of the groups that limit the process, with the names of their files: its own and those around it."""
    own = _own_groups(process)
    for kind, root, mount in _mounts(process):
        if kind not in own:
            continue
        # Within a container the mount may show only a part of all groups, and not the process's own path.
        inside = own[kind].removeprefix(root.rstrip("/")).strip("/")
        group = mount / inside if (mount / inside).is_dir() else mount
        for folder in (group, *group.parents):
            yield folder, VERSIONS[kind]
            if folder == mount:
                break


def _own_groups(process: Path) -> dict[str, str]:
    """The path of the process's group in each version: lines such as `0::/job` and `4:memory:/job`."""
    found = {}
    for line in _lines(process / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            found["cgroup2"] = path
        elif "memory" in controllers.split(","):
            found["cgroup"] = path
    return found


def _mounts(process: Path) -> Iterator[tuple[str, str, Path]]:
    """The version, the root and the folder of each mounted tree of groups that may limit memory."""
    for line in _lines(process / "mountinfo"):
        before, _, after = line.partition(" - ")
        (_, _, _, root, mount, *_), (kind, _, options) = before.split(" "), after.split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options.split(",")):
            yield kind, root, Path(mount.replace("\\040", " "))


def _lines(file: Path) -> list[str]:
    # A hardened system may hide the file, and other systems have none.
    with suppress(OSError):
        return file.read_text(encoding="utf-8").splitlines()
    return []


def _free(folder: Path, files: _Files) -> int | None:
    """Bytes that a group may still take; None without a limit, as for the group of all processes."""
    limit, used = (_number(folder / name) for name in (files.limit, files.used))
    # A limit that no machine reaches is the first version's way of saying that there is none.
    if limit is None or used is None or limit >= 2**60:
        return None
    pairs = (line.split(" ", 1) for line in _lines(folder / "memory.stat"))
    reclaimable = {name: int(value) for name, value in pairs}.get(files.reclaimable, 0)
    return max(0, limit - max(0, used - reclaimable))


def _number(file: Path) -> int | None:
    """The number in a file; None for `max`, and where there is no such file."""
    text = "".join(_lines(file)).strip()
    return int(text) if text.isdecimal() else None
