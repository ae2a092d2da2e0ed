"""results.csv: one row a finished run, shared by processes and by a person with a spreadsheet."""

import codecs
import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path

import pandas as pd
from filelock import FileLock

from auxiliary.errors import UserError
from auxiliary.evaluation.columns import COLUMNS, FLOATS, INTEGERS, Result
from auxiliary.files import write_atomically


def log_result(result: Result, path: Path) -> bool:
    """Append `result` to the table at `path`, unless its run is there already.

    Safe for several processes at once (a lock file `.<name>.lock` lies beside the table) and against being
    killed (the file is replaced whole). Rows, columns, their order, a byte-order mark and line ends stay as
    they are; columns that the file lacks are added at its end. No row is ever removed.

    Args:
        result: the finished run.
        path: the table, usually `results.csv`; made when it does not exist.

    Returns:
        Whether a row was added.

    Raises:
        UserError: when `path` is no table with a `run` column; the file is left untouched.
    """
    path = Path(path)
    with FileLock(path.with_name(f".{path.name}.lock")):
        raw = path.read_bytes() if path.exists() else None
        table = _no_rows() if raw is None else _parse(raw, path)
        if result.run in set(table["run"]):
            return False
        write_atomically(path, _render(_append(table, result), like=raw or b""))
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
        UserError: when `path` is no table with a `run` column, or a number in it is none.
    """
    path = Path(path)
    table = _parse(path.read_bytes(), path) if path.exists() else _no_rows()
    table = table.loc[(table != "").any(axis=1), ~table.columns.duplicated()]
    extra = [name for name in table.columns if name not in COLUMNS]
    table = table.reindex(columns=[*COLUMNS, *extra], fill_value="")
    if dataset is not None:
        table = table[table["dataset"] == dataset]
    table = table.reset_index(drop=True)
    for name in FLOATS:
        table[name] = _numbers(table[name], _float, path).astype("float64")
    for name in INTEGERS:
        table[name] = _numbers(table[name], _integer, path).astype("Int64")
    return table


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS), dtype=str)


def _parse(raw: bytes, path: Path) -> pd.DataFrame:
    """All cells as text, exactly as they stand."""
    try:
        # Without header=None pandas renames repeated columns and takes an overlong row's first cell as index.
        rows = pd.read_csv(io.StringIO(raw.decode("utf-8-sig"), newline=""), dtype=str, header=None,
                           keep_default_na=False).fillna("")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _not_a_table(path, str(error).strip()) from error
    header = list(rows.iloc[0])
    if "run" not in header:
        raise _not_a_table(path, "its first line names no column 'run'")
    repeated = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if repeated:
        raise _not_a_table(path, f"it has several columns named {repeated[0]!r}")
    return rows.iloc[1:].set_axis(header, axis=1)


def _not_a_table(path: Path, reason: str) -> UserError:
    return UserError(f"{path} cannot be read as a table of results ({reason}): save it as comma-separated "
                     "UTF-8 with its header line, or move it away to start anew; it was left untouched")


def _append(table: pd.DataFrame, result: Result) -> pd.DataFrame:
    row = {name: _text(getattr(result, name)) for name in COLUMNS}
    header = [*table.columns, *(name for name in COLUMNS if name not in table.columns)]
    old = [[*cells, *[""] * (len(header) - len(cells))] for cells in table.to_numpy().tolist()]
    return pd.DataFrame([*old, [row.get(name, "") for name in header]], columns=header, dtype=str)


def _text(value: str | float | datetime) -> str:
    """`value` as it is written: numbers come back as they were, NaN is empty."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, float):
        return "" if isnan(value) else repr(value)
    return str(value)


def _render(table: pd.DataFrame, like: bytes) -> bytes:
    """The table as CSV, with the byte-order mark and line ends of `like`."""
    line_end = "\r\n" if b"\r\n" in like else "\n"
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerows([table.columns, *table.to_numpy().tolist()])
    mark = codecs.BOM_UTF8 if like.startswith(codecs.BOM_UTF8) else b""
    return mark + file.getvalue().encode("utf-8")


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
