"""The files below a folder, links followed, without what systems put beside the user's own."""

import os
from collections.abc import Iterator
from pathlib import Path

from auxiliary.core.files import absolute

# What systems, disks and network drives put beside the user's files, in lower case; and all that begins with a dot.
SYSTEM_FOLDERS = {
    "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder",    # macOS
    "$recycle.bin", "system volume information", "found.000", "_vti_cnf",                # Windows
    "lost+found",                                                                        # Linux
    "@eadir", "#recycle", "#snapshot", "@tmp",                                           # Synology
    "@recycle", "@recently-snapshot", "@sharebin",                                       # QNAP
}
SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "picasa.ini", "icon\r"}
HIDDEN, LOOP = "hidden file", "link back to a folder it lies in"


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name belongs to a system rather than to the user."""
    return name.startswith(".") or name.lower() in SYSTEM_FOLDERS | SYSTEM_FILES


def find_files_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Find every file below a folder, also through links; hidden folders are passed over.

    Yields:
        The path of each file, and why it is of no use, such as `HIDDEN`; "" for others. So are folders listed that
        cannot be read, and links to a folder that they lie in (`LOOP`).
    """
    yield from _files(str(folder), tuple(_identity(parent) for parent in absolute(folder).parents))


def _identity(folder: str | Path) -> tuple[int, int]:
    status = Path(folder).stat()
    return status.st_dev, status.st_ino


def _files(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, str]]:
    """Each file below `folder` with its error; `above` identifies the folders that it lies in."""
    try:
        here, found = _identity(folder), list(os.scandir(folder))
    except OSError as error:
        yield folder, f"cannot be read: {error.strerror}"
        return
    if here in above:
        yield folder, LOOP
        return
    for entry in found:
        if not _is_folder(entry):
            yield entry.path, _kind_error(entry)
        elif not is_hidden(entry.name):
            yield from _files(entry.path, (*above, here))


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:    # a link to itself, or to a forbidden place: `_kind_error` tells which
        return False


def _kind_error(entry: os.DirEntry) -> str:
    if is_hidden(entry.name):
        return HIDDEN
    try:
        if entry.is_file():
            return ""
        # Raises for a broken link. Opening a pipe or a device may never return.
        entry.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "not a regular file"
