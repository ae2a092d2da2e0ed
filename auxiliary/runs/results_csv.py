"""results.csv: one row a finished run, shared by processes and by a person with a spreadsheet."""

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
from filelock import FileLock

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.runs.result import COLUMNS, FLOATS, INTEGERS, Result

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
        UserError: when it is no table with a `run_id` column.
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


def log_result(result: Result, path: Path) -> bool:
    """Append `result` to the table at `path`, unless its run is there already.

    Safe for several processes at once (a lock file `.<name>.lock` lies beside the table) and against being
    killed (the file is replaced whole). What is in the file, its line ends and a byte-order mark stay as they are;
    columns that it lacks are added behind its own. No row is ever removed. Text that a spreadsheet would calculate or
    take for a number is written behind an apostrophe, which `read_results` takes away.

    Args:
        result: the finished run.
        path: the table, usually `results.csv`; made when it does not exist.

    Returns:
        Whether a row was added.

    Raises:
        UserError: when `path` is no table with a `run_id` column; the file is left untouched.
    """
    path = Path(path)
    with FileLock(path.with_name(f".{path.name}.lock")):
        raw = path.read_bytes() if path.exists() else None
        table = parse_table(raw, path)
        run = table.header.index("run_id")
        if any(plain(row[run]) == result.run_id for row in table.rows):
            return False
        write_atomically(path, with_result(result, table, raw))
    return True


def read_results(path: Path, dataset: str | None = None) -> pd.DataFrame:
    """The results so far, numbers as numbers.

    Args:
        path: the table; it need not exist.
        dataset: keep this data set's rows only.

    Returns:
        A row a run in the order of the file: the columns of `Result` (whole numbers Int64, other numbers
        float64, the rest text), then any that a user added, as text. What is missing is NA, NaN or "".

    Raises:
        UserError: when `path` is no table with a `run_id` column, or a number in it is none.
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
        raise UserError(f"{path}: column {cells.name!r} holds something that is no number ({error}); "
                        "write it as 0.5 or leave it empty") from error


def _float(text: str) -> float:
    return float(text) if text else nan


def _integer(text: str) -> int | None:
    """`text` as a whole number; spreadsheets write 80 as 80.0 and 4818858 as 4.818858E+06."""
    if not text:
        return None
    if not float(text).is_integer():
        raise ValueError(f"{text!r} is not whole")
    return int(float(text))
