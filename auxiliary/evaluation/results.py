"""results.csv: one row a finished run, shared by processes and by a person with a spreadsheet."""

from collections.abc import Callable
from math import nan
from pathlib import Path

import pandas as pd
from filelock import FileLock

from auxiliary.errors import UserError
from auxiliary.evaluation.columns import COLUMNS, FLOATS, INTEGERS, Result
from auxiliary.evaluation.text_table import parse_table, plain, with_result
from auxiliary.files import write_atomically


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
        UserError: when `path` is no table with a `run` column; the file is left untouched.
    """
    path = Path(path)
    with FileLock(path.with_name(f".{path.name}.lock")):
        raw = path.read_bytes() if path.exists() else None
        table = parse_table(raw, path)
        run = table.header.index("run")
        if any(plain(row[run]) == result.run for row in table.rows):
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
        UserError: when `path` is no table with a `run` column, or a number in it is none.
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
