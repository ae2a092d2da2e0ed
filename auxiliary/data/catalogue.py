"""The catalogue of a folder of images: one row a file, nothing left out."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

import pandas as pd
from sklearn.preprocessing import LabelEncoder

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.parallel import in_batches
from auxiliary.data.inspect_files import Facts, inspect_files
from auxiliary.data.walk import Entry, walk

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
    "phash": "str",
}


def catalogue(folder: str | Path, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """List every file of a folder of images, with what its place, its bytes and its header say of it.

    An image's category is the first folder below `folder`; where `folder` holds exactly the folders `train`
    and `test`, the folder below those. Pixels are not decoded: damage further down is found by `preprocess_images`.

    Args:
        folder: holds a folder a category.
        names: category names for folder names, such as `{"cane": "dog"}`; other folders keep theirs.

    Returns:
        One row a file, sorted by relative path: filepath (absolute), category, format (the file's extension,
        lower case; Pillow's name of the format where it has none), width and height (pixels as stored), mode
        (Pillow's), channels, bytes, problem (why the file is no use; "" when fine), part ("train", "test" or
        ""), content (BLAKE2b of the bytes, 16 bytes, hexadecimal), phash (the perceptual hash that `preprocess_images`
        found and left in the image, 16 hexadecimal digits; "" where there is none). What could not be read is missing,
        "" or 0.

    Raises:
        UserError: the folder is missing or holds no file.
    """
    entries = _entries(absolute(folder))
    return _table(entries, _columns(_facts(entries)), names or {})


def _entries(folder: Path) -> list[Entry]:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UserError(f"{folder} {what}: name a folder that holds a folder of images a category")
    try:
        entries = walk(folder)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read ({error.strerror}): allow it") from error
    if not entries:
        raise UserError(f"{folder} holds no files: put images into it, a folder a category")
    return entries


def _is_readable(entry: Entry) -> bool:
    return entry.error in ("", "hidden file", "outside every category folder")


def _facts(entries: list[Entry]) -> Iterator[Facts]:
    """The facts of each file, in order."""
    readable = [entry.path for entry in entries if _is_readable(entry)]
    facts = in_batches(inspect_files, readable, "catalogue", size=256)
    for entry in entries:
        yield next(facts) if _is_readable(entry) else Facts()
    # Its bar and its workers come to their end.
    next(facts, None)


def _columns(facts: Iterator[Facts]) -> dict[str, list]:
    """A list a field. All facts at once, of a million files, would take a sixth of a gigabyte more."""
    columns = {name: [] for name in Facts._fields}
    for fact in facts:
        for name, value in zip(columns, fact, strict=True):
            columns[name].append(value)
    return columns


def _table(entries: list[Entry], columns: dict[str, list], names: Mapping[str, str]) -> pd.DataFrame:
    # A column at a time, each list gone once it is one: a row of its own for each of a million files would take
    # a gigabyte more.
    columns |= {
        "filepath": [entry.path for entry in entries],
        "category": [names.get(entry.folder, entry.folder) for entry in entries],
        # One string for all of a format.
        "format": [sys.intern(PurePath(entry.path).suffix.removeprefix(".").lower()) or said
                   for entry, said in zip(entries, columns["format"], strict=True)],
        "error": [entry.error or said for entry, said in zip(entries, columns["error"], strict=True)],
        "publisher_split": [entry.publisher_split for entry in entries],
    }
    return pd.DataFrame({name: pd.Series(columns.pop(name), dtype=kind) for name, kind in COLUMNS.items()}, copy=False)


def clean_table(processed: str | Path, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Catalogue preprocessed images and number their categories.

    Args:
        processed: the folder that `preprocess_images` filled.
        names: category names for folder names, the ones the raw folder was catalogued with.

    Returns:
        The catalogue's rows without a problem, and `label` (int64): the category's place among all categories
        in alphabetical order, from 0.

    Raises:
        UserError: the folder is missing or holds no usable image.
    """
    df = catalogue(processed, names)
    df = df[df["error"] == ""].reset_index(drop=True)
    if df.empty:
        raise UserError(f"{processed} holds no usable images: delete it, and notebook 01 makes it again "
                        "(python -m auxiliary run PROFILE --only 01)")
    return df.assign(label=LabelEncoder().fit_transform(df["category"]).astype("int64"))
