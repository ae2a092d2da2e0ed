"""The catalogue of a folder of pictures: one row a file, nothing left out."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from auxiliary.data.inspect_files import Facts, inspect_files
from auxiliary.data.parallel import in_batches
from auxiliary.data.walk import Entry, walk
from auxiliary.errors import UserError
from auxiliary.files import absolute

COLUMNS = {"filepath": "str", "category": "str", "format": "str", "width": "Int64", "height": "Int64",
           "mode": "str", "channels": "Int64", "bytes": "int64", "problem": "str", "part": "str", "content": "str",
           "phash": "str"}
MISSING = {"str": "", "int64": 0, "Int64": pd.NA}


def catalogue(folder: str | Path, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """List every file of a folder of pictures, with what its place, its bytes and its header say of it.

    A picture's category is the first folder below `folder`; where `folder` holds exactly the folders `train`
    and `test`, the folder below those. Pixels are not decoded: damage further down is found by `normalise`.

    Args:
        folder: holds a folder a category.
        names: category names for folder names, such as `{"cane": "dog"}`; other folders keep theirs.

    Returns:
        One row a file, sorted by relative path: filepath (absolute), category, format (the file's extension,
        lower case; Pillow's name of the format where it has none), width and height (pixels as stored), mode
        (Pillow's), channels, bytes, problem (why the file is no use; "" when fine), part ("train", "test" or
        ""), content (BLAKE2b of the bytes, 16 bytes, hexadecimal), phash (the perceptual hash that `normalise` found
        and left in the picture, 16 hexadecimal digits; "" where there is none). What could not be read is missing,
        "" or 0.

    Raises:
        UserError: the folder is missing or holds no file.
    """
    entries = _entries(absolute(folder))
    readable = [entry.path for entry in entries if _is_readable(entry)]
    facts = dict(zip(readable, in_batches(inspect_files, readable, "catalogue", size=256), strict=True))
    rows = [_row(entry, facts.get(entry.path, {}), names or {}) for entry in entries]
    return _table(rows)


def _entries(folder: Path) -> list[Entry]:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UserError(f"{folder} {what}: name a folder that holds a folder of pictures a category")
    try:
        entries = walk(folder)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read ({error.strerror}): allow it") from error
    if not entries:
        raise UserError(f"{folder} holds no files: put pictures into it, a folder a category")
    return entries


def _is_readable(entry: Entry) -> bool:
    return entry.problem in ("", "hidden file", "outside every category folder")


def _row(entry: Entry, facts: Facts, names: Mapping[str, str]) -> Facts:
    extension = entry.path.suffix.removeprefix(".").lower()
    return facts | {
        "filepath": str(entry.path),
        "category": names.get(entry.folder, entry.folder),
        "format": extension or facts.get("format", ""),
        "problem": entry.problem or facts.get("problem", ""),
        "part": entry.part,
    }


def _table(rows: list[Facts]) -> pd.DataFrame:
    columns = {name: [row.get(name, MISSING[kind]) for row in rows] for name, kind in COLUMNS.items()}
    return pd.DataFrame(columns).astype(COLUMNS)
