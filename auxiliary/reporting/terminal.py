"""The results as a terminal shows them."""

from collections.abc import Mapping

import pandas as pd
from rich.table import Table

from auxiliary.reporting.comparison import leaderboard

# Few enough columns for 80 characters; results.csv has the others.
COLUMNS = {"key": "row", "stage": "stage", "accuracy": "test accuracy", "against the best": "against the best"}


def result_table(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame]) -> Table:
    """The lines of `leaderboard`, narrow enough for a terminal of 80 characters.

    Args:
        results: rows of one data set, at least one, as `over_seeds` gives them.
        predictions: as for `leaderboard`.
    """
    board = leaderboard(results, predictions)
    several = ", or the lowest and highest of its seeds" if (results["seeds"] > 1).any() else ""
    table = Table(title=f"{results['dataset'].iloc[0]}: test accuracy with its 95% interval{several}, best validation "
                        "accuracy first", caption=_explained(board["against the best"]))
    for name, heading in COLUMNS.items():
        table.add_column(heading, overflow="fold", no_wrap=name == "accuracy")
    for row in board[list(COLUMNS)].itertuples(index=False):
        table.add_row(*row)
    return table


def _explained(cells: pd.Series) -> str:
    """What a column `against the best` went by, as far as it did."""
    told = cells[~cells.isin(["", "best"])]
    unpaired, overlapping = told.str.contains("unpaired"), told.str.contains("seeds overlap")
    said = {"noise: could be luck, by McNemar's paired test with Holm's correction": not (unpaired | overlapping).all(),
            "seeds overlap: noise, since with another seed the order might be another": overlapping.any(),
            "unpaired: judged by the interval of the difference, without predictions": unpaired.any()}
    return "; ".join(words for words, true in said.items() if true)
