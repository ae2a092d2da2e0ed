"""Tables on disk: CSV files that read back exactly as they were written, and that can be moved."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import PREPARE, UserError
from auxiliary.core.files import absolute, replacing

# Always read as text: a category may be called "NA" or "007".
TEXT = ("filepath", "category", "format", "mode", "error", "publisher_split", "content_hash", "phash", "thumbnail",
        "original", "original_hash", "predicted", "suggested", "new_label", "outcome", "split", "phase", "experiment")
# Whole numbers that a file without a readable header lacks.
COUNTS = ("width", "height", "channels")
REMEDY = f"notebook 01 makes it ({PREPARE})"


def write_table(df: pd.DataFrame, path: Path, base: Path | None = None, encoding: str = "utf-8") -> None:
    """Write a table as CSV, in one step: the file is there in full or not at all.

    Paths in the column `filepath` that lie below a base folder are stored relative to it, with forward slashes, so that
    the folder can be moved. The index is not written.

    Args:
        df: the table; missing values in its text read back as "".
        path: the CSV file to write or to replace.
        base: the base folder; the table's own unless given.
        encoding: of the file; `read_table` reads UTF-8.
    """
    if "filepath" in df.columns:
        below = _base(path, base).as_posix().rstrip("/") + "/"
        df = df.assign(filepath=[str(file).removeprefix(below) for file in df["filepath"]])
    # All text is quoted: names may hold commas, quotes and line ends.
    with replacing(path) as temporary:
        df.to_csv(temporary, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n", encoding=encoding)


def read_table(path: Path, base: Path | None = None) -> pd.DataFrame:
    """Read a table that `write_table` wrote, with the same types and to the last digit.

    Args:
        path: the CSV file.
        base: the folder that it was written with.

    Returns:
        The table, its `filepath` made absolute, text columns as `str` ("" where empty), `width`, `height` and
        `channels` as `Int64`.

    Raises:
        UserError: the table is missing, or cannot be read as one.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist: {REMEDY}")
    try:
        df = _parsed(path)
    except ValueError as error:    # pandas' and Unicode's errors are all of this kind
        raise UserError(f"{path} cannot be read as a table ({error}): delete it; {REMEDY}") from error
    if "filepath" in df.columns:
        df["filepath"] = _absolute(df["filepath"], _base(path, base))
    return df


def _base(path: Path, base: Path | None) -> Path:
    return absolute(base or path.parent)


def _parsed(path: Path) -> pd.DataFrame:
    columns = pd.read_csv(path, nrows=0, encoding="utf-8").columns
    return pd.read_csv(path, encoding="utf-8",
                       dtype=dict.fromkeys(TEXT, str) | dict.fromkeys(COUNTS, "Int64"),
                       keep_default_na=False, na_values={name: [""] for name in columns if name not in TEXT})


def _absolute(files: pd.Series, folder: Path) -> list[str]:
    below = folder.as_posix().rstrip("/")
    return [file if file.startswith("/") else f"{below}/{file}" for file in files]


def originals(df: pd.DataFrame) -> pd.Series:
    """The paths of the user's own files, see `clean_table`; of a table that an earlier version made, their names."""
    # The name of a processed image is that of the original with a suffix.
    return df["original"] if "original" in df else pd.Series([Path(file).stem for file in df["filepath"]], df.index)


def images_fingerprint(df: pd.DataFrame) -> str:
    """A fingerprint of images by content, class and order, wherever they lie: `h` and 12 hexadecimal digits."""
    return digest("\n".join(df["content_hash"] + " " + df["category"]))


def contents_fingerprint(df: pd.DataFrame) -> str:
    """A fingerprint of images by content and order, whatever their classes, wherever they lie: `h` and 12 digits."""
    return digest("\n".join(df["content_hash"]))


def digest(content: str | bytes) -> str:
    """A fingerprint of a text, or of bytes: `h` and 12 hexadecimal digits.

    The letter keeps spreadsheets from taking the digits for a number.
    """
    data = content.encode() if isinstance(content, str) else content
    return "h" + hashlib.blake2b(data, digest_size=6).hexdigest()


def spread(length: int, most: int) -> np.ndarray:
    """Up to `most` places in a table of that length, evenly spread from its first row to its last."""
    return np.unique(np.linspace(0, length - 1, most).round().astype(int))
