"""results.csv: one row per finished run, shared by several processes and a person with a spreadsheet."""

import codecs
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked
from auxiliary.runs.result import COLUMNS, FLOATS, INTEGERS, Result

LINE_END = re.compile(rb"\r\n|\n|\r")
# Text that a spreadsheet calculates, such as =1+1, or takes for a number and saves as another, such as 1e5 or 007.
MISTAKABLE = re.compile(r"'*([=+@\t-]|\d+(\.\d*)?(e[+-]?\d+)?$)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The cells of a table as text; every row has as many as the header."""

    header: list[str]
    rows: list[list[str]]


def parse_table(raw: bytes | None, path: Path) -> Table:
    """Read a table: every cell as text, unchanged; empty lines are left out.

    Args:
        raw: content of the file; None where there is no file, which gives the header of a new table.
        path: the file, for messages.

    Raises:
        UserError: when it is not a table with a column `run_id`.
    """
    if raw is None:
        return Table(list(COLUMNS), [])
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header, *rows = [row for row in reader if len(row) > 1 or "".join(row).strip()]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise _not_a_table(path, "it is empty" if not raw.strip() else str(error)) from error
    if "run_id" not in header:
        raise _not_a_table(path, "its first line names no column 'run_id'")
    repeated = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if repeated:
        raise _not_a_table(path, f"it has several columns named {repeated[0]!r}")
    if longest := next((row for row in rows if len(row) > len(header)), None):
        raise _not_a_table(path, f"the row that begins with {longest[0]!r} has more cells than there are columns")
    return Table(header, [[*row, *[""] * (len(header) - len(row))] for row in rows])


def _not_a_table(path: Path, reason: str) -> UserError:
    return UserError(f"{path} cannot be read as a table of results ({reason}): save it as comma-separated "
                     "UTF-8 with its header line, or move it away to start a new table; it was not changed")


def with_result(result: Result, table: Table, raw: bytes | None) -> bytes:
    """Add a row to a file; the existing bytes do not change unless columns are missing.

    The first row with characters beyond ASCII adds a byte-order mark, without which Excel shows other characters.

    Args:
        result: the row.
        table: the file as `parse_table` read it.
        raw: content of the file; None where there is no file.

    Returns:
        The new content of the file.
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


def log_result(result: Result, path: Path) -> bool:
    """Append a result to the table at `path`, unless its run is there already.

    Several processes may append at once: a lock file `.<name>.lock` lies beside the table. A killed process leaves the
    table whole, because the file is replaced atomically. Existing rows, line ends and a byte-order mark do not change;
    missing columns are added on the right; no row is ever removed. Text that a spreadsheet would calculate or take for
    a number is written behind an apostrophe, which `read_results` removes.

    Args:
        result: the finished run.
        path: the table, usually `results.csv`; it need not exist.

    Returns:
        Whether a row was added.

    Raises:
        UserError: when `path` is not a table with a column `run_id`; the file is not changed.
    """
    path = Path(path)
    with locked(path.with_name(f".{path.name}.lock"), f"writing {path.name}"):
        raw = path.read_bytes() if path.exists() else None
        table = parse_table(raw, path)
        column = table.header.index("run_id")
        if any(plain(row[column]) == result.run_id for row in table.rows):
            return False
        write_atomically(path, with_result(result, table, raw))
    return True


def read_results(path: Path, dataset: str | None = None) -> pd.DataFrame:
    """The results so far, numbers as numbers.

    Args:
        path: the table; it need not exist.
        dataset: name of a data set whose rows to return; all rows unless given.

    Returns:
        One row per run in the order of the file: the columns of `Result` (whole numbers Int64, other numbers
        float64, the rest text), then columns that a user added, as text. Missing values are NA, NaN or "".

    Raises:
        UserError: when `path` is not a table with a column `run_id`, or text stands where a number should.
    """
    path = Path(path)
    parsed = parse_table(path.read_bytes() if path.exists() else None, path)
    table = pd.DataFrame(parsed.rows, columns=parsed.header, dtype=str)
    table = table.loc[(table != "").any(axis=1), ~table.columns.duplicated()]
    extra = [name for name in table.columns if name not in COLUMNS]
    table = table.reindex(columns=[*COLUMNS, *extra], fill_value="")
    table = table.assign(**{name: table[name].map(plain) for name in COLUMNS if name not in [*FLOATS, *INTEGERS]})
    if dataset is not None:
        table = table[table["dataset"] == dataset]
    table = table.reset_index(drop=True)
    for name in FLOATS:
        table[name] = _numbers(table[name], _float, path).astype("float64")
    for name in INTEGERS:
        table[name] = _numbers(table[name], _integer, path).astype("Int64")
    return table


def _numbers(cells: pd.Series, convert: Callable[[str], float | None], path: Path) -> pd.Series:
    try:
        return cells.map(convert)
    except ValueError as error:
        raise UserError(f"{path}: column {cells.name!r} holds something that is not a number ({error}); "
                        "write it as 0.5 or leave it empty") from error


def _float(text: str) -> float:
    return float(text) if text else nan


def _integer(text: str) -> int | None:
    """Text as a whole number; spreadsheets write 80 as 80.0 and 4818858 as 4.818858E+06."""
    if not text:
        return None
    if not float(text).is_integer():
        raise ValueError(f"{text!r} is not a whole number")
    return int(float(text))
