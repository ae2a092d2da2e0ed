"""The files below a folder of images, with the category that each one's place tells."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, beginning

# What systems, disks and network drives put beside the user's files, in lower case; and all that begins with a dot.
SYSTEM_FOLDERS = {
    "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder",    # macOS
    "$recycle.bin", "system volume information", "found.000", "_vti_cnf",                # Windows
    "lost+found",                                                                        # Linux
    "@eadir", "#recycle", "#snapshot", "@tmp",                                           # Synology
    "@recycle", "@recently-snapshot", "@sharebin",                                       # QNAP
}
SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "picasa.ini", "icon\r"}
SPLITS = {"train", "test"}
VALIDATION = {"val", "valid", "validation"}
HIDDEN, LOOP = "hidden file", "link back to a folder it lies in"
OUTSIDE = "outside every category folder"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file below a folder of images.

    Attributes:
        path: the file's path; a string, as there may be a million of them: a `Path` takes three times as much memory.
        folder: name of the category's folder; "" outside every one.
        publisher_split: "train" or "test" where the publisher fixed the test set, else "".
        error: why the file's place or kind makes it unusable; "" if it does not.
    """

    path: str
    folder: str
    publisher_split: str
    error: str


def walk(root: Path) -> list[Entry]:
    """List every file below `root`, in the order of their relative paths.

    Categories are the first folders below `root`; where those are exactly `train` and `test`, and both hold
    folders, the folders below these two. Deeper folders belong to their category. Hidden folders are passed
    over; links to folders are followed unless they lead back to a folder they lie in.
    """
    depth = 1 if _has_splits(root) else 0
    below = beginning(root)
    entries = [_spelt(_placed(path, path.removeprefix(below).split(os.sep, depth + 1), depth, error))
               for path, error in find_files_below(root)]
    # Name by name.
    return sorted(entries, key=lambda entry: entry.path.replace(os.sep, "\0"))


def _has_splits(root: Path) -> bool:
    folders = [path for path in root.iterdir() if path.is_dir() and not is_hidden(path.name)]
    names = {path.name for path in folders}
    nested = all(_has_folder(path) for path in folders)
    if nested and names & SPLITS and names & VALIDATION and names <= SPLITS | VALIDATION:
        raise UserError(f"{root} has a validation set of its own, {(names & VALIDATION).pop()!r}: move its images "
                        "into train/, from which validation images are cut, and leave train/ and test/")
    return names == SPLITS and nested


def _has_folder(folder: Path) -> bool:
    return any(path.is_dir() and not is_hidden(path.name) for path in folder.iterdir())


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


def _placed(path: str, parts: list[str], depth: int, error: str) -> Entry:
    inside = len(parts) == depth + 2
    split = parts[0] if depth and parts[0] in SPLITS else ""
    # One string for all that lie in a folder.
    return Entry(path, sys.intern(parts[depth]) if inside else "", split,
                 error or ("" if inside else OUTSIDE))


def _spelt(entry: Entry) -> Entry:
    """The entry with names that any table can hold: bytes that are not UTF-8 become backslash escapes."""
    path = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
    if path == entry.path:
        return entry
    folder = os.fsencode(entry.folder).decode("utf-8", "backslashreplace")
    return replace(entry, path=path, folder=folder, error=entry.error or "name is not valid UTF-8")
