"""How every table looks in a notebook, in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_numeric_dtype
from pandas.io.formats.style import Styler
from rich.table import Table
from rich.text import Text

from auxiliary.reporting.comparison import leaderboard
from auxiliary.runs.labels import ranked

LEFT = "text-align: left"


def shown(table: pd.DataFrame, precision: int = 3) -> Styler:
    """A table made ready to be looked at: text on the left, numbers on the right, nothing where nothing is known.

    Args:
        table: with an index and columns that are unique.
        precision: decimals of numbers that are not whole.
    """
    text = list(table.select_dtypes(exclude="number").columns)
    look = table.style.format(precision=precision, thousands=",", na_rep="", escape="html").format_index(escape="html")
    look = look.set_properties(subset=text, **{"text-align": "left"})
    look = look.set_table_styles([{"selector": "th.row_heading, th.index_name", "props": LEFT}])
    return look.set_table_styles({name: [{"selector": "th.col_heading", "props": LEFT}] for name in text},
                                 overwrite=False)


# Few enough columns for 80 characters, and those that a wide terminal has room for; results.csv has the others.
COLUMNS = {"key": "experiment", "stage": "stage", "accuracy": "test accuracy", "against the best": "against the best"}
WIDE = {"val_accuracy": "validation", "parameters": "parameters", "epochs_total": "epochs", "train_seconds": "seconds"}
BEST = {"accuracy": "best test accuracy first", "val_accuracy": "best validation accuracy first"}
SMALLEST_FIRST = {"train_loss", "val_loss", "test_loss", "ece", "train_seconds", "parameters", "trainable_parameters"}


def result_table(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame], sort: str = "", name: str = "",
                 wide: bool = False) -> Table:
    """The lines of `leaderboard`, narrow enough for a terminal of 80 characters.

    Args:
        results: rows of one data set, at least one, as `over_seeds` gives them.
        predictions: as for `leaderboard`.
        sort: a column of `results` that the lines are ordered by, which is shown then; validation accuracy unless
            given. The best or largest comes first; of losses, calibration error, seconds of training and numbers of
            parameters the smallest, of `time` the newest, and text goes by the alphabet.
        name: what the results are of; the data set unless given.
        wide: show further columns, for terminals of 120 characters.
    """
    best = ranked(results)
    board = leaderboard(results, predictions)
    places, order = _order(best, sort or "val_accuracy")
    several = ", or the lowest and highest of its seeds" if (results["seeds"] > 1).any() else ""
    title = f"{name or results['dataset'].iloc[0]}: test accuracy with its 95% interval{several}, {order}"
    table = Table(title=Text(title, style="italic"), caption=_explained(board["against the best"]))
    shown = {column: board[column].tolist() if column in COLUMNS else [_figure(value) for value in best[column]]
             for column in _columns(sort, wide)}
    for column in shown:
        number = column not in COLUMNS and is_numeric_dtype(best[column])
        table.add_column((COLUMNS | WIDE).get(column, column), overflow="fold", no_wrap=column == "accuracy",
                         justify="right" if number else "left")
    for place in places:
        # A name is shown as it is written, brackets and all.
        table.add_row(*(Text(cells[place]) for cells in shown.values()))
    return table


def _columns(sort: str, wide: bool) -> list[str]:
    shown = [*COLUMNS, *WIDE] if wide else [*COLUMNS]
    if not sort or sort in shown:
        return shown
    # Where there is little room it takes the place of the stage.
    return [*shown, sort] if wide else [sort if column == "stage" else column for column in shown]


def _order(results: pd.DataFrame, column: str) -> tuple[pd.Index, str]:
    """The places of the rows in the order of a column, those without a value last; and that order in words."""
    values = results[column].reset_index(drop=True)
    if not is_numeric_dtype(values):
        values = values.where(values != "")
        numbers = pd.to_numeric(values, errors="coerce")
        # A column that a user added may hold numbers.
        values = numbers if numbers.count() == values.count() else values.str.casefold()
    if is_numeric_dtype(values):
        first = "smallest" if column in SMALLEST_FIRST else "largest"
        words = BEST.get(column, f"{first} {column} first")
    else:
        first, words = ("largest", "newest first") if column == "finished_at" else ("smallest", f"by {column}")
    return values.sort_values(ascending=first == "smallest", kind="stable").index, words


def _figure(value: object) -> str:
    """A cell of results.csv, in few digits."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if isinstance(value, float) and abs(value) < 10:
        return f"{value:.3f}" if value == 0 or abs(value) >= 0.01 else f"{value:.3g}"
    return f"{value:,.1f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"


def _explained(cells: pd.Series) -> str:
    """What a column `against the best` went by, as far as it did."""
    told = cells[~cells.isin(["", "best"])]
    unpaired, overlapping = told.str.contains("unpaired"), told.str.contains("seeds overlap")
    said = {"noise: could be luck, by McNemar's paired test with Holm's correction": not (unpaired | overlapping).all(),
            "seeds overlap: noise, since with another seed the order might be another": overlapping.any(),
            "unpaired: judged by the interval of the difference, without predictions": unpaired.any()}
    return "; ".join(words for words, true in said.items() if true)


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
