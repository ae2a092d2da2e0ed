"""results.csv: one row per finished run, shared by several processes and a person with a spreadsheet."""

import csv
import re
from pathlib import Path

import pandas as pd

from auxiliary.runs.result import Result
from auxiliary.runs.results_append import plain, with_result
from auxiliary.runs.results_file import ResultsFile
from auxiliary.runs.results_parse import parse_table, read_header
from auxiliary.runs.results_read import read_table_of_results


def log_result(result: Result, path: Path) -> bool:
    """Append a result to the table at `path`, unless its run is there already.

    Several processes may append at once: a lock file `.<name>.lock` lies beside the table. A killed process leaves the
    table whole, because the file is replaced atomically; it keeps its owner, group and mode. A symbolic link stays, and
    the file that it names gets the row. Existing rows, line ends and a byte-order mark do not change; missing columns
    are added on the right; no row is ever removed. Text that a spreadsheet would calculate or take for a number is
    written behind an apostrophe, which `read_results` removes.

    Args:
        result: the finished run.
        path: the table, usually `results.csv`; it need not exist.

    Returns:
        Whether a row was added.

    Raises:
        UserError: when `path` is not a table with a column `run_id`, has several names (hard links) or cannot be
            written; the file is not changed.
    """
    file = ResultsFile(Path(path))
    with file.lock():
        raw = file.read()
        header = read_header(raw, file.path)
        if raw is not None and _holds_run(raw, result.run_id, header.index("run_id"), file.path):
            return False
        file.check_writable()
        file.replace(with_result(result, raw, header, file.path))
    return True


def _holds_run(raw: bytes, run_id: str, column: int, path: Path) -> bool:
    """Whether a row has this `run_id`; all cells are parsed only where its text is found and its row is not clear."""
    text = run_id.encode()
    if text not in raw and '"' not in run_id:
        return False
    return any(_is_row_of(run_id, raw, place.start(), column) for place in re.finditer(re.escape(text), raw)) or any(
        plain(row[column]) == run_id for row in parse_table(raw, path).rows)


def _is_row_of(run_id: str, raw: bytes, place: int, column: int) -> bool:
    """Whether the line at some place is a whole row of this run, and does not lie within a quoted cell."""
    begin = max(raw.rfind(end, 0, place) for end in (b"\n", b"\r")) + 1
    ends = [end for end in (raw.find(b"\n", place), raw.find(b"\r", place)) if end >= 0]
    cells = next(csv.reader([raw[begin:min(ends, default=len(raw))].decode()]), [])
    return len(cells) > column and plain(cells[column]) == run_id and raw.count(b'"', 0, begin) % 2 == 0


def check_results(path: Path) -> None:
    """Check that results can be read and logged, before the work that gives them.

    Args:
        path: the table; it need not exist.

    Raises:
        UserError: as in `log_result`.
    """
    file = ResultsFile(Path(path))
    with file.lock():
        raw = file.read()
        file.check_writable()
        file.check_space()
    read_table_of_results(raw, file.path)


def read_results(path: Path, dataset: str | None = None) -> pd.DataFrame:
    """The results so far, numbers as numbers.

    Rows with a cell that its column cannot hold, such as an accuracy of 7, are left out. A sentence on standard error
    names their lines, columns and cells, once per process.

    Args:
        path: the table; it need not exist.
        dataset: name of a data set whose rows to return; all rows unless given.

    Returns:
        One row per run in the order of the file: the columns of `Result` (whole numbers Int64, other numbers
        float64, the rest text), then columns that a user added, as text. Missing values are NA, NaN or "".

    Raises:
        UserError: when `path` is not a table with a column `run_id`, or cannot be read.
    """
    file = ResultsFile(Path(path))
    table = read_table_of_results(file.read(), file.path)
    if dataset is not None:
        table = table[table["dataset"] == dataset]
    return table.reset_index(drop=True)
