"""The leaderboard in the terminal, sorted by any column of results.csv."""

from collections.abc import Mapping

import pandas as pd
import rich.table
from pandas.api.types import is_numeric_dtype

from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.shipped import shipped_figures
from auxiliary.reporting.tables import Cell, Table
from auxiliary.runs.labels import divergence, ranked

# The columns that fit 80 characters, and those that a wide terminal shows as well; results.csv has the others.
COLUMNS = {"key": "experiment", "stage": "stage", "accuracy": "test accuracy", "against the best": "against the best"}
WIDE = {"val_accuracy": "validation", "parameters": "parameters", "epochs_total": "epochs", "train_seconds": "seconds"}
SHIPPED = "shipped"
BEST_FIRST = {"accuracy": "best test accuracy first", "val_accuracy": "best validation accuracy first"}
SMALLEST_FIRST = {"train_loss", "val_loss", "test_loss", "ece", "train_seconds", "parameters", "trainable_parameters"}


def result_table(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame], sort: str = "", name: str = "",
                 wide: bool = False, shipped: pd.DataFrame | None = None) -> rich.table.Table:
    """The rows of `leaderboard`, narrow enough for a terminal of 80 characters.

    Args:
        results: rows of one data set, at least one, as `over_seeds` returns them.
        predictions: as for `leaderboard`.
        sort: column of `results` to sort by, which is then shown; validation accuracy unless given. The largest value
            comes first; for losses, calibration error, training time and numbers of parameters the smallest; for
            `finished_at` the newest. Text is sorted alphabetically.
        name: the name of the results in the title; the data set unless given.
        wide: show further columns, for terminals of 120 characters; `shipped` is one of them.
        shipped: as for `leaderboard`.
    """
    best = ranked(results)
    board = leaderboard(results, predictions, shipped)
    places, order = _order(best, sort or "val_accuracy")
    seeds = ", or the lowest and highest of its seeds" if (results["seeds"] > 1).any() else ""
    title = f"{name or results['dataset'].iloc[0]}: test accuracy with its 95% interval{seeds}, {order}"
    shown = _columns(sort, wide)
    if wide and SHIPPED in board:
        shown.insert(len(COLUMNS), SHIPPED)
    cells = [[_cell((board if column in (*COLUMNS, SHIPPED) else best)[column].iloc[place]) for column in shown]
             for place in places]
    table = Table([(COLUMNS | WIDE).get(column, column) for column in shown], cells)
    return table.to_rich(title, _explanation(board, shown), unwrapped={COLUMNS["accuracy"]})


def result_frame(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame], sort: str = "",
                 shipped: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of `result_table` in its order, with all digits; arguments as there.

    Returns:
        Columns `experiment`, `stage`, `seeds`, `diverged`, `accuracy`, `accuracy_low`, `accuracy_high`,
        `against_best` (a text), `shipped`, `shipped_differs_in`, `val_accuracy`, `parameters`, `epochs_total`,
        `train_seconds`, and the column that it is sorted by.
    """
    best = ranked(results)
    places, _ = _order(best, sort or "val_accuracy")
    board = leaderboard(results, predictions).reset_index(drop=True)
    table = best.assign(experiment=board["key"], against_best=board["against the best"],
                        diverged=[divergence(row) for _, row in best.iterrows()], **shipped_figures(best, shipped))
    columns = ["experiment", "stage", "seeds", "diverged", "accuracy", "accuracy_low", "accuracy_high",
               "against_best", "shipped", "shipped_differs_in", *WIDE]
    return table.loc[places, [*columns, *([sort] if sort and sort not in columns else [])]]


def _columns(sort: str, wide: bool) -> list[str]:
    shown = [*COLUMNS, *WIDE] if wide else [*COLUMNS]
    if not sort or sort in shown:
        return shown
    # A narrow terminal shows it instead of the stage.
    return [*shown, sort] if wide else [sort if column == "stage" else column for column in shown]


def _order(results: pd.DataFrame, column: str) -> tuple[pd.Index, str]:
    """The places of the rows sorted by a column, unknown values last; and a description of that order."""
    values = results[column].reset_index(drop=True)
    if not is_numeric_dtype(values):
        values = values.where(values != "")
        numbers = pd.to_numeric(values, errors="coerce")
        # A column that a user added may hold numbers.
        values = numbers if numbers.count() == values.count() else values.str.casefold()
    if is_numeric_dtype(values):
        first = "smallest" if column in SMALLEST_FIRST else "largest"
        words = BEST_FIRST.get(column, f"{first} {column} first")
    else:
        first, words = ("largest", "newest first") if column == "finished_at" else ("smallest", f"by {column}")
    return values.sort_values(ascending=first == "smallest", kind="stable").index, words


def _cell(value: object) -> Cell:
    """A value of results.csv, with few digits."""
    if isinstance(value, str):
        return Cell(value, value, number=False)
    if pd.isna(value):
        return Cell("", "", number=False)
    if isinstance(value, float) and abs(value) < 10:
        return Cell(f"{value:.3f}" if value == 0 or abs(value) >= 0.01 else f"{value:.3g}", value, number=True)
    return Cell(f"{value:,.1f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}", value, number=True)


def _explanation(board: pd.DataFrame, shown: list[str]) -> str:
    """The words that need one, as far as they occur."""
    cells = board["against the best"]
    compared = cells[~cells.isin(["", "best"])]
    unpaired = compared.str.contains("unpaired")
    explained = {
        "noise: could be chance, by McNemar's paired test, or of several seeds by an analysis of variance over seeds "
        "and images, with Holm's correction": not unpaired.all(),
        "unpaired: judged by the interval of the difference, without predictions": unpaired.any(),
        "shipped: rows of results.csv whose runs are not in models/": SHIPPED in shown,
        "*: its settings, images or version are others; the report says which": SHIPPED in shown and board[SHIPPED].str.endswith(
            "*").any()}
    return "; ".join(text for text, occurs in explained.items() if occurs)
