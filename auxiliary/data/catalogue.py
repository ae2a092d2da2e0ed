"""The catalogue of a folder of images: one row per file, nothing left out."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from unicodedata import normalize

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.parallel import Pool, in_batches
from auxiliary.core.progress import notify
from auxiliary.data.entry import Entry
from auxiliary.data.folders.annotations import ADVICE
from auxiliary.data.folders.find_files import HIDDEN
from auxiliary.data.layout import find_layout
from auxiliary.data.reading.inspect_files import Facts, inspect_files
from auxiliary.data.walk import OUTSIDE, walk

COLUMNS = {
    "filepath": "str",
    "category": "str",
    "format": "str",
    "width": "Int64",
    "height": "Int64",
    "mode": "str",
    "channels": "Int64",
    "bytes": "int64",
    "error": "str",
    "publisher_split": "str",
    "content_hash": "str",
}


def catalogue(folder: str | Path, names: Mapping[str, str] | None = None,
              labels: Path | None = None, pool: Pool | None = None) -> pd.DataFrame:
    """List every file of a folder of images, with its category, its size and what its header tells.

    An image's category is the folder that it lies in, or stands in a CSV file, as `find_layout` finds out. Pixels are
    not decoded: damage further down is found by `preprocess_images`. Printed are the parts that the publisher made,
    such as `train` and `test`, and categories that look alike, such as `cat` and `Cat`; the latter stay apart.

    Args:
        folder: holds one folder per category, or parts such as `train` and `test` that do.
        names: category names for folder names, such as `{"cane": "dog"}`; other folders keep theirs.
        labels: the CSV file in the folder that names its images and their categories; None to search for some, and to
            take folders for categories where there are none.
        pool: what reads the files; None for one process per core.

    Returns:
        One row per file, and per empty category folder, sorted by relative path: filepath (absolute), category, format
        (the file's extension, lower case; Pillow's name of the format where it has none), width and height (pixels as
        stored), mode (Pillow's), channels, bytes, error (why the file is of no use; "" when fine), publisher_split
        ("train", "val", "test" or ""), content_hash (BLAKE2b of the bytes, 16 bytes, hexadecimal). What could not be
        read is missing, "" or 0.

    Raises:
        UserError: the folder is missing, or `find_layout` finds no categories in it.
    """
    entries = _entries(absolute(folder), labels)
    _notify_alike({entry.folder for entry in entries})
    return _table(entries, _columns(_facts(entries, pool)), names or {})


def _entries(folder: Path, labels: Path | None) -> list[Entry]:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UserError(f"{folder} {what}: {ADVICE}")
    layout = find_layout(folder, labels)
    for note in layout.notes:
        notify(note)
    return walk(folder, layout)


def _notify_alike(folders: Iterable[str]) -> None:
    """Print which folders have names that differ only in case, spaces, or how accents are stored (NFC, NFD)."""
    alike = defaultdict(list)
    for folder in sorted(folders):
        alike[" ".join(normalize("NFC", folder).casefold().split())].append(folder)
    for names in alike.values():
        if len(names) > 1:
            notify(f"the categories {' and '.join(_spelt_out(name, names) for name in names)} look alike, and "
                   "each stays apart: if they are one, give their images one name")


def _spelt_out(name: str, names: Iterable[str]) -> str:
    """A name in quotes, with its characters where another of the names looks the same."""
    same = sum(normalize("NFC", name) == normalize("NFC", other) for other in names) > 1
    return f"{name!r} (stored as {name!a})" if same else repr(name)


def _is_readable(entry: Entry) -> bool:
    return entry.error in ("", HIDDEN, OUTSIDE)


def _facts(entries: list[Entry], pool: Pool | None) -> Iterator[Facts]:
    """The facts of each file, in order."""
    readable = [entry.path for entry in entries if _is_readable(entry)]
    facts = in_batches(inspect_files, readable, "catalogue", 256, pool)
    for entry in entries:
        yield next(facts) if _is_readable(entry) else Facts()
    # Its bar and its workers come to their end.
    next(facts, None)


def _columns(facts: Iterator[Facts]) -> dict[str, list]:
    """One list per field. All facts at once, of a million files, would take a sixth of a gigabyte more."""
    columns = {name: [] for name in Facts._fields}
    for fact in facts:
        for name, value in zip(columns, fact, strict=True):
            columns[name].append(value)
    return columns


def _table(entries: list[Entry], columns: dict[str, list], names: Mapping[str, str]) -> pd.DataFrame:
    # Column by column, each list gone once it is one: a row of its own for each of a million files would take
    # a gigabyte more.
    columns |= {
        "filepath": [entry.path for entry in entries],
        "category": [names.get(entry.folder, entry.folder) for entry in entries],
        # One string for all of a format.
        "format": [sys.intern(PurePath(entry.path).suffix.removeprefix(".").lower()) or name
                   for entry, name in zip(entries, columns["format"], strict=True)],
        "error": [entry.error or error for entry, error in zip(entries, columns["error"], strict=True)],
        "publisher_split": [entry.publisher_split for entry in entries],
    }
    return pd.DataFrame({name: pd.Series(columns.pop(name), dtype=kind) for name, kind in COLUMNS.items()}, copy=False)
