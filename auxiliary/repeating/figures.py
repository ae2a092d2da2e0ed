"""The figures of a finished run, and which of them two runs disagree about."""

import pandas as pd

from auxiliary.evaluation.columns import FLOATS
from auxiliary.training.run_folder import Run

# Numbers of a result that are settings, somebody else's, or times.
NO_FIGURES = {"learning_rate", "reported", "train_seconds", "pictures_per_second"}
MEASURED = ("epochs", "test_twins", *(name for name in FLOATS if name not in NO_FIGURES))
PER_EPOCH = ["accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]
ABSENT = "-"


def figures(run: Run) -> pd.Series:
    """All that must come out again when a finished run is repeated; times need not.

    Returns:
        Figures as text that gives every digit, with three index levels: `of` says what they are of, `result`, `epoch`
        or `picture`; `number` is that of the epoch or test picture, from 1, and 0 for the result; `name` the
        figure's own.
    """
    result = pd.DataFrame({name: [str(getattr(run.result, name))] for name in MEASURED}, index=[0])
    own = run.history.query("phase == 'own'")
    # Pictures are told apart by their place: the folder that they lie in may have been moved.
    pictures = run.predictions.drop(columns=["filepath", "category", "label"])
    return pd.concat({
        "result": _long(result),
        "epoch": _long(own[PER_EPOCH].set_axis(own["epoch"], axis=0)),
        "picture": _long(pictures.set_axis(range(1, len(pictures) + 1), axis=0)),
    }, names=["of"])


def _long(table: pd.DataFrame) -> pd.Series:
    """The cells of a table as text, row by row, with the index levels `number` and `name`."""
    cells = table.astype(str).rename_axis("number").reset_index().melt("number", var_name="name")
    return cells.sort_values("number", kind="stable").set_index(["number", "name"])["value"]


def side_by_side(then: pd.Series, again: pd.Series) -> pd.DataFrame:
    """Put the figures of two runs side by side.

    Args:
        then: of the first, as `figures` gives them.
        again: of the second.

    Returns:
        The columns `figure` (its name in words), `of`, `then` and `again`, `-` where one run has no such figure.
    """
    names = then.index.union(again.index, sort=False)
    table = pd.DataFrame({"then": then.reindex(names, fill_value=ABSENT),
                          "again": again.reindex(names, fill_value=ABSENT)}).reset_index()
    place = table["of"] + " " + table["number"].astype(str) + " "
    return table.assign(figure=place.where(table["of"] != "result", "") + table["name"])[
        ["figure", "of", "then", "again"]]
