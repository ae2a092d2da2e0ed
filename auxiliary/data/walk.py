"""The files below a data set's folder, with the class and the publisher's part that each one's place tells."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from auxiliary.core.files import beginning
from auxiliary.data.entry import Entry
from auxiliary.data.folders.find_files import HIDDEN, LOOP, find_files_below
from auxiliary.data.folders.folders import visible_folders
from auxiliary.data.labelled_entries import labelled_entries
from auxiliary.data.layout import Layout

OUTSIDE, EMPTY = "outside every category folder", "empty folder"


def walk(root: Path, layout: Layout) -> list[Entry]:
    """List every file below `root`, in the order of their relative paths, and every empty category folder.

    Categories are the folders in the layout's places. Deeper folders belong to their category. Hidden folders are
    passed over; links to folders are followed unless they lead back to a folder they lie in.
    """
    if layout.label_files:
        return _sorted(labelled_entries(find_files_below(root), layout))
    below = beginning(root)
    places = {_beginning(place): part for place, part in layout.places.items()}
    left_out = {_beginning(place): reason for place, reason in layout.left_out.items()}
    entries = [_placed(path, path.removeprefix(below), error, places, left_out)
               for path, error in find_files_below(root)]
    entries += _empty(root, layout, entries)
    return _sorted(entries)


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    """Name by name, with names that any table can hold."""
    return sorted(map(_spelt, entries), key=lambda entry: entry.path.replace(os.sep, "\0"))


def _beginning(place: str) -> str:
    return "" if place == "." else place.replace("/", os.sep) + os.sep


def _placed(path: str, tail: str, error: str, places: dict[str, str], left_out: dict[str, str]) -> Entry:
    for place, part in places.items():
        if tail.startswith(place):
            folder, inside, _ = tail.removeprefix(place).partition(os.sep)
            # A category whose folder cannot be read is still one.
            inside = inside or (error not in ("", HIDDEN, LOOP) and os.path.isdir(path))  # noqa: PTH112
            # One string for all that lie in a folder.
            return Entry(path, sys.intern(folder) if inside else "", part, error or ("" if inside else OUTSIDE))
    reason = next((reason for place, reason in left_out.items() if tail.startswith(place)), OUTSIDE)
    return Entry(path, "", "", error or reason)


def _empty(root: Path, layout: Layout, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The category folders in which there is no file."""
    filled = {(entry.publisher_split, entry.folder) for entry in entries}
    for place, part in layout.places.items():
        for folder in visible_folders(root / place):
            if (part, folder.name) not in filled:
                yield Entry(str(folder), folder.name, part, EMPTY)


def _spelt(entry: Entry) -> Entry:
    """The entry with names that any table can hold: bytes that are not UTF-8 become backslash escapes."""
    path = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
    if path == entry.path:
        return entry
    folder = os.fsencode(entry.folder).decode("utf-8", "backslashreplace")
    return replace(entry, path=path, folder=folder, error=entry.error or "name is not valid UTF-8")
