"""Parses the text of results.csv: its header, and its rows with their line numbers."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.runs.result import COLUMNS

# A file in which every quote is one that the csv module writes: around a whole cell, or doubled inside of one.
WELL_QUOTED = re.compile(rb'[^"]*+(?:(?<![^,\r\n])"[^"]*+(?:""[^"]*+)*+"(?![^,\r\n])[^"]*+)*+')


@dataclass(frozen=True)
class Table:
    """The cells of a table as text; a row has at least as many as the header.

    Attributes:
        header: the names of the columns.
        rows: the rows, without empty lines.
        lines: the number of each row's first line in the file, from 1.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int] = field(default_factory=list, compare=False)


def is_plain_csv(raw: bytes) -> bool:
    """Whether all readers of CSV find the same cells: no quote, null byte or carriage return is out of place."""
    # Looking for one byte is much faster than counting two.
    carriage_returns_fit = b"\r" not in raw or raw.count(b"\r") == raw.count(b"\r\n")
    return b"\0" not in raw and carriage_returns_fit and WELL_QUOTED.fullmatch(raw) is not None


def read_header(raw: bytes | None, path: Path) -> list[str]:
    """The names of the columns; arguments and errors as for `parse_table`."""
    return parse_table(raw, path).header if raw is None or not is_plain_csv(raw) else header_of(raw, path)


def header_of(raw: bytes, path: Path) -> list[str]:
    """The names of the columns of a file of plain CSV; errors as for `parse_table`."""
    with _explained(path):
        if not raw.isascii():
            raw.decode("utf-8-sig")
        _, header = next(_rows(raw), (0, []))
    return _checked(header, raw, path)


def parse_table(raw: bytes | None, path: Path) -> Table:
    """Read a table: every cell as text, unchanged; empty lines are left out.

    Args:
        raw: content of the file; None where there is no file, which gives the header of a new table.
        path: the file, for messages.

    Returns:
        The table. A row with more cells than the header keeps them all.

    Raises:
        UserError: when it is not a table with a column `run_id`.
    """
    if raw is None:
        return Table(list(COLUMNS), [])
    with _explained(path):
        lines, rows = map(list, zip(*_rows(raw), strict=True)) if not raw.isspace() and raw else ([], [[]])
    header = _checked(rows[0], raw, path)
    return Table(header, [[*row, *[""] * (len(header) - len(row))] for row in rows[1:]], lines[1:])


def _rows(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; empty lines are left out."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(raw), "utf-8-sig", newline=""), strict=True)
    line = 1
    for row in reader:
        # As pandas: other invisible characters, such as the unit separator, are content.
        if len(row) > 1 or "".join(row).strip(" \t"):
            yield line, row
        line = reader.line_num + 1


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise not_a_table(path, str(error)) from error


def _checked(header: list[str], raw: bytes, path: Path) -> list[str]:
    if not raw or raw.isspace():
        raise not_a_table(path, "it is empty")
    if "run_id" not in header:
        raise not_a_table(path, "its first line names no column 'run_id'")
    repeated = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if repeated:
        raise not_a_table(path, f"it has several columns named {repeated[0]!r}")
    return header


def not_a_table(path: Path, reason: str) -> UserError:
    """The error for a file that cannot be understood as a table."""
    return UserError(f"{path} cannot be read as a table of results ({reason}): save it as comma-separated "
                     "UTF-8 with its header line, or move it away to start a new table; it was not changed")
