"""The note below a leaderboard on rows that are not one network's answers for the image alone."""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.text import listed
from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.tables import Table, styled_table
from auxiliary.runs.labels import NAMED, labelled
from auxiliary.runs.result import REFIT, is_ensemble


def row_note(results: pd.DataFrame) -> str:
    """What the accuracies of some rows are of, where that is not the last weights and the image alone.

    Args:
        results: rows as `read_results` or `over_seeds` returns them.

    Returns:
        Such as `small: mean over several views of an image (tta); small, refit: …`, each with up to three names;
        empty where there are no such rows.
    """
    names = pd.Series(labelled(results), results.index, dtype=object)
    kinds = {
        "mean over several views of an image (tta)": results["tta"] != "",
        "average of the weights over the training (averaging)": results["averaging"] != "",
        "trained on the validation images too, so without a validation accuracy (refit)": results["refit"] == REFIT,
        "mean of the predictions of its members (ensemble)": results["network"].map(is_ensemble)}
    return "; ".join(f"{listed(names[which].tolist(), NAMED)}: {words}" for words, which in kinds.items()
                     if which.any())


def styled_leaderboard(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame],
                       shipped: pd.DataFrame | None) -> Table:
    """A leaderboard with its note, as a notebook shows it; arguments as for `leaderboard`."""
    return styled_table(leaderboard(results, predictions, shipped), note=row_note(results))
