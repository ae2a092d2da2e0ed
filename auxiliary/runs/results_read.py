"""Reads results.csv: fast where all is as it should be, else row by row, naming every row that is left out."""

import re
import sys
import warnings
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.errors import ParserWarning

from auxiliary.core.text import counted, printable, short
from auxiliary.runs.result import COLUMNS, FLOATS, INTEGERS
from auxiliary.runs.results_check import EXPECTED, check_column
from auxiliary.runs.results_parse import Table, header_of, is_plain_csv, parse_table

# Above it a float64 has fewer digits than a whole number.
EXACT = 2**53
# So many problems are printed.
NAMED = 10
# Cells that pandas takes for the numbers 1 and 0.
BOOLEAN = re.compile(rb'(?:^|[,\r\n"])(?:true|false)(?:$|[,\r\n"])')


def read_table_of_results(raw: bytes | None, path: Path) -> pd.DataFrame:
    """The rows of a file, as `read_results` returns them; those that are left out are printed on standard error.

    Args:
        raw: content of the file; None where there is no file.
        path: the file, for messages.

    Raises:
        UserError: when it is not a table with a column `run_id`.
    """
    found = _read_fast(raw, header_of(raw, path)) if raw is not None and is_plain_csv(raw) else None
    return _read_carefully(parse_table(raw, path), path) if found is None else found


def _read_fast(raw: bytes, header: list[str]) -> pd.DataFrame | None:
    """The rows of a file of plain CSV; None where a row has too many cells, or a cell is not what it should be."""
    lower = raw.lower()
    # Looking for a text is much faster than for a pattern.
    if (b"true" in lower or b"false" in lower) and BOOLEAN.search(lower):
        return None
    numbers = {place for place, name in enumerate(header) if name in FLOATS or name in INTEGERS}
    try:
        with warnings.catch_warnings(action="error", category=ParserWarning):
            cells = pd.read_csv(
                BytesIO(raw), header=0, names=range(len(header)), index_col=False, keep_default_na=False,
                dtype={place: "float64" if place in numbers else object for place in range(len(header))},
                na_values={place: [""] for place in numbers})
    except (ValueError, ParserWarning):
        return None
    cells = cells.set_axis(header, axis="columns")
    if any((cells[name].abs() > EXACT).any() for name in INTEGERS if name in header):
        return None
    results, bad = _checked(cells)
    return None if bad else results


def _read_carefully(table: Table, path: Path) -> pd.DataFrame:
    width = len(table.header)
    cells = pd.DataFrame([row[:width] for row in table.rows], columns=table.header, dtype=object)
    results, bad = _checked(cells)
    problems = [(place, f"it has {len(row):,} cells, and the header names {counted(width, 'column')}")
                for place, row in enumerate(table.rows) if len(row) > width]
    problems += [(place, f"column {name!r}: {short(cells[name].iloc[place])!r} is not {EXPECTED[name]}")
                 for name, places in bad.items() for place in places]
    if problems:
        _print_once(_sentences(sorted(problems), table.lines, path))
    return results.drop(index={place for place, _ in problems}, errors="ignore")


def _checked(cells: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The values of all rows but empty ones, and the places of bad cells by column.

    The index is that of `cells`; of several columns of one name, which a user added, the first counts.
    """
    cells = cells.loc[:, ~cells.columns.duplicated()]
    empty = pd.Series("", cells.index, object)
    names = [*COLUMNS, *(name for name in cells.columns if name not in COLUMNS)]
    columns = {name: check_column(name, cells.get(name, empty)) for name in names}
    results = pd.DataFrame({name: column.content for name, column in columns.items()}, columns=names)
    unnamed = cells[cells["run_id"] == ""]
    nothing = unnamed.index[((unnamed == "") | unnamed.isna()).all(axis="columns")]
    bad = {name: np.flatnonzero(column.bad) for name, column in columns.items() if column.bad.any()}
    return results.drop(index=nothing) if len(nothing) else results, bad


def _sentences(problems: list[tuple[int, str]], lines: list[int], path: Path) -> str:
    rows = len({place for place, _ in problems})
    named = [f"  line {lines[place]}, {problem}" for place, problem in problems[:NAMED]]
    more = [f"  and {len(problems) - NAMED:,} more"] if len(problems) > NAMED else []
    left_out = "1 row is left out until it is" if rows == 1 else f"{rows:,} rows are left out until they are"
    return "\n".join([f"{path}: {left_out} corrected (an unknown value is an empty cell):", *named, *more])


@cache
def _print_once(text: str) -> None:
    """Print on standard error, the same text only once in a process: notebooks read the table in many cells."""
    print(printable(text), file=sys.stderr)
