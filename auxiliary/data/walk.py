"""Which files a folder of images holds, and what each one's place says of it."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import beginning

HIDDEN_FOLDERS = {"__macosx"}
HIDDEN_FILES = {"thumbs.db", "desktop.ini"}
SPLITS = {"train", "test"}
VALIDATION = {"val", "valid", "validation"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file below a folder of images.

    Attributes:
        path: the file's path; a string, as there may be a million of them: a `Path` takes three times as much memory.
        folder: name of the category's folder; "" outside every one.
        publisher_split: "train" or "test" where the publisher fixed the test set, else "".
        error: why the file's place or kind rules it out; "" if it does not.
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
    depth = 1 if _has_parts(root) else 0
    below = beginning(root)
    entries = [_spelt(_placed(path, path.removeprefix(below).split(os.sep, depth + 1), depth, error))
               for path, error in _files(str(root), ())]
    # Part by part.
    return sorted(entries, key=lambda entry: entry.path.replace(os.sep, "\0"))


def _has_parts(root: Path) -> bool:
    folders = [path for path in root.iterdir() if path.is_dir() and not is_hidden(path.name)]
    names = {path.name for path in folders}
    parted = all(_has_folder(path) for path in folders)
    if parted and names & SPLITS and names & VALIDATION and names <= SPLITS | VALIDATION:
        raise UserError(f"{root} brings a validation set of its own, {(names & VALIDATION).pop()!r}: move its images "
                        "into train/, from which validation images are cut, and leave train/ and test/")
    return names == SPLITS and parted


def _has_folder(folder: Path) -> bool:
    return any(path.is_dir() and not is_hidden(path.name) for path in folder.iterdir())


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name is a system's own rather than the user's."""
    return name.startswith(".") or name.lower() in HIDDEN_FOLDERS | HIDDEN_FILES


def _files(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, str]]:
    """Each file below `folder` with its problem; `above` identifies the folders on the way here."""
    try:
        status = Path(folder).stat()
        found = list(os.scandir(folder))
    except OSError as error:
        yield folder, f"cannot be read: {error.strerror}"
        return
    here = (status.st_dev, status.st_ino)
    if here in above:
        yield folder, "link back to a folder it lies in"
        return
    for entry in found:
        if not _is_folder(entry):
            yield entry.path, _kind_problem(entry)
        elif not is_hidden(entry.name):
            yield from _files(entry.path, (*above, here))


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:    # a link to itself, or to where nobody may look: `_kind_problem` says why
        return False


def _kind_problem(entry: os.DirEntry) -> str:
    if is_hidden(entry.name):
        return "hidden file"
    try:
        if entry.is_file():
            return ""
        # Says what is wrong with a link. Opening a pipe or a device may never return.
        entry.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "not a regular file"


def _placed(path: str, parts: list[str], depth: int, error: str) -> Entry:
    inside = len(parts) == depth + 2
    part = parts[0] if depth and parts[0] in SPLITS else ""
    # One string for all that lie in a folder.
    return Entry(path, sys.intern(parts[depth]) if inside else "", part,
                 error or ("" if inside else "outside every category folder"))


def _spelt(entry: Entry) -> Entry:
    """The entry with names that any table can hold: bytes that are not UTF-8 become backslash escapes."""
    path = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
    if path == entry.path:
        return entry
    folder = os.fsencode(entry.folder).decode("utf-8", "backslashreplace")
    return replace(entry, path=path, folder=folder, error=entry.error or "name is not valid UTF-8")
