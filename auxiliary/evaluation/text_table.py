"""The cells of results.csv as text: how they are read, and how a row is added that leaves the others as they stand."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from pathlib import Path

from auxiliary.errors import UserError
from auxiliary.evaluation.columns import COLUMNS, Result

NEEDS_QUOTES = re.compile(r'[",\r\n]')
LINE_END = re.compile(rb"\r\n|\n|\r")
# Text that a spreadsheet would calculate, such as =1+1, or take for a number and save as another, such as 1e5 or 007.
MISTAKABLE = re.compile(r"'*([=+@\t-]|\d+(\.\d*)?(e[+-]?\d+)?$)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The cells of a table as text, as many in every row as in the header."""

    header: list[str]
    rows: list[list[str]]


def parse_table(raw: bytes | None, path: Path) -> Table:
    """Read a table: all cells as text, exactly as they stand; lines without any are left out.

    Args:
        raw: what the file holds; None where there is none, which gives the header of a new one.
        path: the file, for messages.

    Raises:
        UserError: when it is no table with a `run` column.
    """
    if raw is None:
        return Table(list(COLUMNS), [])
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header, *rows = [row for row in reader if len(row) > 1 or "".join(row).strip()]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise _not_a_table(path, "it is empty" if not raw.strip() else str(error)) from error
    if "run" not in header:
        raise _not_a_table(path, "its first line names no column 'run'")
    repeated = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if repeated:
        raise _not_a_table(path, f"it has several columns named {repeated[0]!r}")
    if longest := next((row for row in rows if len(row) > len(header)), None):
        raise _not_a_table(path, f"the row that begins with {longest[0]!r} has more cells than there are columns")
    return Table(header, [[*row, *[""] * (len(header) - len(row))] for row in rows])


def _not_a_table(path: Path, reason: str) -> UserError:
    return UserError(f"{path} cannot be read as a table of results ({reason}): save it as comma-separated "
                     "UTF-8 with its header line, or move it away to start anew; it was left untouched")


def with_result(result: Result, table: Table, raw: bytes | None) -> bytes:
    """Add a row to a file: its own bytes stay as they are, unless it lacks columns or is not there.

    The first row that is more than ASCII brings a byte-order mark with it: without one Excel takes its letters for
    others.

    Args:
        result: the row.
        table: what `parse_table` read in the file.
        raw: what the file holds; None where there is none.

    Returns:
        What the file is to hold.
    """
    end = _line_end(raw or b"")
    added = [name for name in COLUMNS if name not in table.header]
    header = [*table.header, *added]
    if raw is None or added:
        mark = codecs.BOM_UTF8 if raw and raw.startswith(codecs.BOM_UTF8) else b""
        rows = [header, *([*row, *[""] * len(added)] for row in table.rows)]
        raw = mark + end.join(map(line_of, rows))
    row = {name: text_of(getattr(result, name)) for name in COLUMNS}
    line = line_of([row.get(name, "") for name in header])
    mark = codecs.BOM_UTF8 if raw.isascii() and not line.isascii() else b""
    return end.join([mark + raw.rstrip(b"\r\n"), line, b""])


def _line_end(raw: bytes) -> bytes:
    found = LINE_END.search(raw)
    return found[0] if found else b"\n"


def line_of(cells: list[str]) -> bytes:
    """The cells as a line of the file, without its end."""
    # The standard library's writer leaves a lone carriage return bare, which ends a row.
    return ",".join('"' + cell.replace('"', '""') + '"' if NEEDS_QUOTES.search(cell) else cell
                    for cell in cells).encode()


def text_of(value: str | float | datetime) -> str:
    """`value` as it is written: numbers come back as they were, NaN is empty, text as `plain` reads it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, float):
        return "" if isnan(value) else repr(value)
    if isinstance(value, str) and MISTAKABLE.match(value):
        return f"'{value}"
    return str(value)


def plain(cell: str) -> str:
    """The text that a cell stands for: without the apostrophe that keeps spreadsheets from making something of it."""
    return cell[1:] if cell.startswith("'") and MISTAKABLE.match(cell) else cell
