"""Appends a row to the text of results.csv, and writes values as cells."""

import codecs
import csv
import io
import re
from datetime import UTC, datetime
from math import isnan
from pathlib import Path

from auxiliary.core.text import MISTAKABLE
from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.results_parse import not_a_table, parse_table

LINE_END = re.compile(rb"\r\n|\n|\r")


def with_result(result: Result, raw: bytes | None, header: list[str], path: Path) -> bytes:
    """Add a row to a file; the existing bytes do not change unless columns are missing.

    The first row with characters beyond ASCII adds a byte-order mark, without which Excel shows other characters.

    Args:
        result: the row.
        raw: content of the file; None where there is no file.
        header: its header, see `read_header`.
        path: the file, for messages.

    Returns:
        The new content of the file.

    Raises:
        UserError: when columns are missing, and a row has more cells than the header.
    """
    end = _line_end(raw or b"")
    added = [name for name in COLUMNS if name not in header]
    if raw is None or added:
        raw = _with_columns(added, raw, path, end)
        header = [*header, *added]
    row = {name: text_of(getattr(result, name)) for name in COLUMNS}
    line = line_of([row.get(name, "") for name in header])
    mark = codecs.BOM_UTF8 if raw.isascii() and not line.isascii() else b""
    return end.join([mark + raw.rstrip(b"\r\n"), line, b""])


def _with_columns(added: list[str], raw: bytes | None, path: Path, end: bytes) -> bytes:
    """The file with more columns on the right; without its last line end."""
    table = parse_table(raw, path)
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) > len(table.header):
            raise not_a_table(path, f"line {line} has more cells than there are columns")
    mark = codecs.BOM_UTF8 if raw and raw.startswith(codecs.BOM_UTF8) else b""
    rows = [[*table.header, *added], *([*row, *[""] * len(added)] for row in table.rows)]
    return mark + end.join(map(line_of, rows))


def _line_end(raw: bytes) -> bytes:
    found = LINE_END.search(raw)
    return found[0] if found else b"\n"


def line_of(cells: list[str]) -> bytes:
    """A row's line in the file, without the line end."""
    text = io.StringIO(newline="")
    # Its own line end, \r\n, has the writer quote cells that hold either of the two characters.
    csv.writer(text).writerow(cells)
    return text.getvalue().removesuffix("\r\n").encode()


def text_of(value: str | float | datetime) -> str:
    """A value as its cell: numbers with every digit, NaN empty, mistakable text behind an apostrophe."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, float):
        return "" if isnan(value) else repr(value)
    if isinstance(value, str) and MISTAKABLE.match(value):
        return f"'{value}"
    return str(value)


def plain(cell: str) -> str:
    """The text of a cell, without the apostrophe that `text_of` wrote before it."""
    return cell[1:] if cell.startswith("'") and MISTAKABLE.match(cell) else cell
