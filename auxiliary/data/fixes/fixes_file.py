"""Reads a CSV file of label fixes: which images get another label, and which are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import first_few, label_of_cell, path_of_cell, short
from auxiliary.data.labels.columns import names_of
from auxiliary.data.labels.csv_file import WESTERN, CsvFile, open_csv
from auxiliary.data.tables import digest

IMAGE, NEW_LABEL, HASH = "original", "new_label", "original_hash"
# In place of a class. A data set that has a class of this name takes no fixes, see `apply_fixes`.
LEAVE_OUT = "<leave out>"
NAMED = 5


class LabelFix(NamedTuple):
    """What is to become of an image.

    Attributes:
        original: the path of the user's own file, below the folder of the data set, with forward slashes.
        new_label: a class, or `LEAVE_OUT`.
        original_hash: fingerprint of the file that was judged, see `original_hashes`; "" where it is not stated.
        line: of the CSV file, from 1.
    """

    original: str
    new_label: str
    original_hash: str
    line: int


@dataclass(frozen=True)
class LabelFixes:
    """The fixes of a CSV file, in its order, each image once.

    Attributes:
        path: the file; None where a profile names none.
        rows: the fixes.
    """

    path: Path | None = None
    rows: tuple[LabelFix, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the fixes, however the file is written: `h` and 12 hexadecimal digits; "" without any."""
        return digest(repr(sorted(fix[:3] for fix in self.rows))) if self.rows else ""


NO_FIXES = LabelFixes()


def read_fixes(path: Path) -> LabelFixes:
    """Read a CSV file with the columns `original` and `new_label`, and perhaps `original_hash`.

    Rows with an empty `new_label` say nothing. Encodings and separators are those of `open_csv`. Other columns are not
    read.

    Raises:
        UserError: the file is a folder, cannot be read, lacks a column or has it twice; a row is damaged or names no
            image; or two rows say different things about one image.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder: `label_fixes` names a CSV file")
    table = open_csv(path)
    places = _places(table)
    if table.encoding == WESTERN:
        notify(f"{path} is not in UTF-8, so it is read as Windows-1252, the encoding of Western Europe.")
    found: dict[str, LabelFix] = {}
    for line, row in table.rows():
        fix = LabelFix(*(row[place] if place is not None else "" for place in places), line)
        fix = fix._replace(original=path_of_cell(fix.original), new_label=label_of_cell(fix.new_label))
        if not fix.new_label.strip():
            continue
        if not fix.original.strip():
            raise table.damaged(line, f"it has the {NEW_LABEL} {short(fix.new_label)!r}, and no {IMAGE}")
        earlier = found.setdefault(fix.original, fix)
        if earlier[1:3] != fix[1:3]:
            raise UserError(f"{path}, lines {earlier.line:,} and {line:,}: {short(fix.original, 80)} gets "
                            f"{short(earlier.new_label)!r} and {short(fix.new_label)!r}, perhaps for two versions of "
                            "the file: remove one of the two lines")
    return LabelFixes(path, tuple(found.values()))


def _places(table: CsvFile) -> tuple[int, int, int | None]:
    """The places of the three columns; None where there is none of hashes."""
    names = [name.casefold() for name in table.header]
    if missing := [name for name in (IMAGE, NEW_LABEL) if name not in names]:
        raise UserError(f"{table.path} has the columns {names_of(table.header)}, and label fixes need "
                        f"{' and '.join(f'`{name}`' for name in missing)}: fill in `{NEW_LABEL}` of suspects.csv, and "
                        "name that file")
    if twice := [name for name in (IMAGE, NEW_LABEL, HASH) if names.count(name) > 1]:
        raise UserError(f"{table.path} has several columns `{twice[0]}`: remove or rename all but one")
    return names.index(IMAGE), names.index(NEW_LABEL), names.index(HASH) if HASH in names else None


def lines_of(fixes: Sequence[LabelFix]) -> str:
    """Where fixes stand in their file, such as `line 2 (a.jpg), line 7 (b.jpg) and 3 more`."""
    return first_few([f"line {fix.line:,} ({short(fix.original, 60)})" for fix in fixes], NAMED)
