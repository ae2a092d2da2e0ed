"""Tables of a page: their cells as they are read, and as they are sorted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd


class Cell(NamedTuple):
    """What stands in a table.

    Attributes:
        text: as it is read.
        order: what it is sorted by.
        number: whether it stands on the right.
    """

    text: str
    order: str | float
    number: bool


@dataclass(frozen=True)
class Grid:
    """A table of a page.

    Attributes:
        heads: the names of the columns.
        rows: the cells of each line.
        sortable: whether a click on a name sorts the lines.
    """

    heads: list[str]
    rows: list[list[Cell]]
    sortable: bool = False


def grid(frame: pd.DataFrame, precision: int = 3, sortable: bool = False, index: bool = True) -> Grid:
    """A frame as a table: numbers on the right, nothing where nothing is known.

    Args:
        frame: the table; its index is shown before its columns.
        precision: decimals of numbers that are not whole.
        sortable: whether a click on a name sorts the lines.
        index: whether the index is shown.
    """
    shown = frame.reset_index() if index else frame
    return Grid([str(name) for name in shown.columns],
                [[_cell(value, precision) for value in row] for row in _rows(shown)], sortable)


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    # Column by column, since across columns whole numbers would become floats.
    return zip(*(frame.iloc[:, place].tolist() for place in range(frame.shape[1])), strict=True)


def _cell(value: object, precision: int) -> Cell:
    if isinstance(value, bool):
        return Cell("yes" if value else "no", str(value), number=False)
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return Cell("", "", number=False)
    if isinstance(value, int):
        return Cell(f"{value:,}", float(value), number=True)
    if isinstance(value, float):
        return Cell(f"{value:,.{precision}f}", value, number=True)
    return Cell(str(value), str(value), number=False)
