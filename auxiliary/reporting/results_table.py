"""The leaderboard in the terminal, sorted by any column of results.csv."""

from collections.abc import Collection, Mapping

import pandas as pd
import rich.table
from pandas.api.types import is_numeric_dtype
from rich.cells import cell_len

from auxiliary.evaluation.compare import best_figures
from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.row_note import row_note
from auxiliary.reporting.shipped import shipped_figures
from auxiliary.reporting.tables import Cell, Table
from auxiliary.runs.labels import divergence, labelled, ranked

# Columns in the order shown; results.csv has the others.
COLUMNS = {"key": "experiment", "stage": "stage", "accuracy": "test accuracy", "against the best": "against the best",
           "shipped": "shipped"}
FURTHER = {"val_accuracy": "validation", "parameters": "parameters", "epochs": "epochs", "train_seconds": "seconds"}
OF_TRAINING = [FURTHER["epochs"], FURTHER["train_seconds"]]
SHIPPED, AGAINST = "shipped", "against the best"
# What a terminal leaves out that is too narrow, the least important first.
LEFT_OUT = ["train_seconds", "epochs", "parameters", SHIPPED, "stage", "val_accuracy"]
NARROWEST = 13    # characters: of `against the best`, whose words may take several lines
BEST_FIRST = {"accuracy": "best test accuracy first", "val_accuracy": "best validation accuracy first"}
SMALLEST_FIRST = {"train_loss", "val_loss", "test_loss", "ece", "train_seconds", "parameters", "trainable_parameters"}


def result_table(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame], sort: str = "", name: str = "",
                 width: int = 80, shipped: pd.DataFrame | None = None) -> rich.table.Table:
    """The rows of `leaderboard`, in as many columns as a terminal shows without a line break in names and intervals.

    Args:
        results: rows of one data set, at least one, as `over_seeds` returns them.
        predictions: as for `leaderboard`.
        sort: column of `results` to sort by, which is then shown; validation accuracy unless given. The largest value
            comes first; for losses, calibration error, training time and numbers of parameters the smallest; for
            `finished_at` the newest. Text is sorted alphabetically.
        name: the name of the results in the title; the data set unless given.
        width: of the terminal in characters.
        shipped: as for `leaderboard`.
    """
    best = ranked(results)
    board = leaderboard(results, predictions, shipped).reset_index(drop=True)
    places, order = _order(best, sort or "val_accuracy")
    every = best.assign(**{name: board[name] for name in COLUMNS if name in board}).loc[places]
    table = _fitting(every, sort, width)
    seeds = ", or the lowest and highest of its seeds" if (results["seeds"] > 1).any() else ""
    title = f"{name or results['dataset'].iloc[0]}: test accuracy with its 95% interval{seeds}, {order}"
    if not sort and FURTHER["val_accuracy"] not in table.headings:
        title += " (not shown)"
    caption = "; ".join(filter(None, [_explanation(every, table.headings), row_note(best)]))
    return table.to_rich(title, caption, unwrapped=_unwrapped(table, width))


def result_frame(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame], sort: str = "",
                 shipped: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of `result_table` in its order, with all digits; arguments as there.

    Returns:
        Columns `experiment`, `stage`, `seeds`, `diverged`, `accuracy`, `accuracy_low`, `accuracy_high`, those of
        `best_figures`, `shipped`, `shipped_differs_in`, `val_accuracy`, `parameters`, `epochs`, `train_seconds`, and
        the column that it is sorted by.
    """
    best = ranked(results)
    places, _ = _order(best, sort or "val_accuracy")
    against, beside = best_figures(best, predictions), shipped_figures(best, shipped)
    table = best.assign(experiment=labelled(best), diverged=[divergence(row) for _, row in best.iterrows()],
                        **against, **beside)
    columns = ["experiment", "stage", "seeds", "diverged", "accuracy", "accuracy_low", "accuracy_high", *against,
               *beside, *FURTHER]
    return table.loc[places, [*columns, *([sort] if sort and sort not in columns else [])]]


def _fitting(rows: pd.DataFrame, sort: str, width: int) -> Table:
    """The columns that fit; the one that a user sorts by always is among them."""
    shown = [name for name in dict.fromkeys([*COLUMNS, *FURTHER, *filter(None, [sort])]) if name in rows]
    table = _table(rows, shown)
    for name in LEFT_OUT:
        if _width(table) > width and name in shown and name != sort:
            shown.remove(name)
            table = _table(rows, shown)
    return table


def _table(rows: pd.DataFrame, shown: list[str]) -> Table:
    return Table([(COLUMNS | FURTHER).get(name, name) for name in shown],
                 [[_cell(row[name]) for name in shown] for _, row in rows.iterrows()])


def _width(table: Table) -> int:
    """The least width in characters without a line break in a cell, but for those of `against the best`."""
    columns = zip(table.headings, *([cell.text for cell in row] for row in table.rows), strict=True)
    widths = {column[0]: max(map(cell_len, column)) for column in columns}
    widths[AGAINST] = min(widths[AGAINST], NARROWEST)
    # A line and a space on either side.
    return sum(widths.values()) + 3 * len(widths) + 1


def _unwrapped(table: Table, width: int) -> set[str]:
    """The columns without line breaks: only the intervals where nothing else would fit."""
    return {COLUMNS["accuracy"], SHIPPED} if _width(table) > width else {*table.headings} - {AGAINST}


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


def _explanation(rows: pd.DataFrame, headings: Collection[str]) -> str:
    """The words that need one, as far as they occur."""
    cells, shipped = rows[AGAINST], SHIPPED in headings
    compared = cells[~cells.isin(["", "best"])]
    unpaired = compared.str.contains("unpaired")
    own = [name for name in OF_TRAINING if name in headings]
    explained = {
        f"{_verdict(compared)}{_tests(rows, compared.index[~unpaired])}": len(compared) > 0,
        "unpaired: judged by the interval of the difference, without predictions": unpaired.any(),
        "shipped: rows of results.csv whose runs are not in models/": shipped,
        "*: its settings, images or version are others; the report says which": shipped and rows[SHIPPED].str.endswith(
            "*").any(),
        f"{' and '.join(own)}: without those of the parent": own and (rows["parent"] != "").any()}
    return "; ".join(text for text, occurs in explained.items() if occurs)


def _verdict(compared: pd.Series) -> str:
    return "noise: could be chance" if compared.str.contains("noise").any() else "no difference is noise"


def _tests(rows: pd.DataFrame, paired: pd.Index) -> str:
    """By which tests the paired differences were judged."""
    best = rows.loc[rows[AGAINST] == "best", "seeds"].max()
    several = rows.loc[paired, "seeds"].clip(lower=best) > 1
    tests = [test for test, occurs in (("McNemar's paired test", (~several).any()), (
        "an analysis of variance over seeds and images", several.any())) if occurs]
    return f", by {' or '.join(tests)}, with Holm's correction" if tests else ""
