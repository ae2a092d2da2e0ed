"""Checks the cells of results.csv column by column, each by the definition of its column in `Result`."""

import re
from collections.abc import Callable
from math import nan
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from auxiliary.runs.result import COLUMNS, FLOATS, INTEGERS, RANGES, Range
from auxiliary.runs.results_append import plain

STAGES = get_args(COLUMNS["stage"])
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
# What a cell of a column must be, to complete the words "is not".
EXPECTED = {name: allowed.words for name, allowed in RANGES.items()} | {
    "stage": " or ".join(STAGES), "finished_at": "a time such as 2025-06-16T12:00:00+00:00"}


class Column(NamedTuple):
    """The values of a column.

    Attributes:
        content: whole numbers as Int64, other numbers as float64, the rest as text; NA, NaN or "" where a cell is empty
            or bad.
        bad: whether each cell is bad, bool.
    """

    content: pd.Series
    bad: np.ndarray


def check_column(name: str, cells: pd.Series) -> Column:
    """The values of a column, and which of its cells are bad.

    Args:
        name: the column's name.
        cells: its cells as text; or as float64 if it is a column of numbers, each has one and text brings no more
            digits.
    """
    if name in FLOATS:
        return _floats(cells, RANGES[name])
    if name in INTEGERS:
        return _integers(cells, RANGES[name])
    if name not in COLUMNS:
        return Column(cells.astype("str"), np.zeros(len(cells), bool))
    values = _plain(cells).astype("str")
    bad = {"stage": _is_no_stage, "finished_at": _is_no_time}.get(name, _is_nothing)(values)
    return Column(values.mask(bad, ""), bad)


def _floats(cells: pd.Series, allowed: Range) -> Column:
    values = cells if is_float_dtype(cells) else _mapped(cells, _float)
    bad = ((values < allowed.least) | (values > allowed.most)).to_numpy()
    if values is not cells:
        bad = bad | (values.isna() & (cells != "")).to_numpy()
    return Column(values.mask(bad), bad)


def _integers(cells: pd.Series, allowed: Range) -> Column:
    if is_float_dtype(cells):
        bad = ((cells % 1 != 0) & cells.notna() | (cells < allowed.least) | (cells > allowed.most)).to_numpy()
        return Column(cells.mask(bad).astype("Int64"), bad)
    # By Python's numbers: the largest ones have more digits than a float64.
    found = [_integer(cell) for cell in cells]
    good = [number is not None and allowed.least <= number <= allowed.most for number in found]
    kept = [number if fits else None for number, fits in zip(found, good, strict=True)]
    return Column(pd.Series(pd.array(kept, "Int64"), cells.index), ~np.array(good, bool) & (cells != "").to_numpy())


def _float(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return nan


def _integer(cell: str) -> int | None:
    """A cell as a whole number; spreadsheets write 80 as 80.0 and 4818858 as 4.818858E+06."""
    try:
        return int(cell)
    except ValueError:
        number = _float(cell)
        return int(number) if number.is_integer() else None


def _mapped(cells: pd.Series, convert: Callable[[str], float]) -> pd.Series:
    return pd.Series([convert(cell) for cell in cells], cells.index, "float64")


def _plain(cells: pd.Series) -> pd.Series:
    """The cells without the apostrophes that were written before mistakable text."""
    # Looking through one long text is much faster than through many cells.
    return cells.map(plain) if "'" in "".join(cells) else cells


def _is_no_stage(values: pd.Series) -> np.ndarray:
    return ~values.isin(["", *STAGES]).to_numpy()


def _is_no_time(values: pd.Series) -> np.ndarray:
    """Times that are cut, have no time zone, or do not exist."""
    whole = np.array([value == "" or TIME.fullmatch(value) is not None for value in values], bool)
    exists = pd.to_datetime(values, format="ISO8601", utc=True, errors="coerce").notna()
    return ~whole | ((values != "") & ~exists).to_numpy()


def _is_nothing(values: pd.Series) -> np.ndarray:
    return np.zeros(len(values), bool)
