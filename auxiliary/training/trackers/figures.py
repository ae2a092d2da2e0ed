"""What is logged of a run: the figures of its epochs, and those of its end."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from auxiliary.runs.result import Result

# Columns of a history; `val_` is of the validation images.
EPOCH = ("accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds")
# Columns of results.csv. Accuracy, loss and those after them are of the test images.
END = ("val_accuracy", "val_loss", "accuracy", "accuracy_low", "accuracy_high", "test_loss", "macro_f1", "ece",
       "accuracy_without_duplicates", "acc_train", "train_loss", "parameters", "train_seconds")


def epoch_figures(own: pd.DataFrame, done: int) -> Iterator[tuple[int, dict[str, float]]]:
    """The number of each epoch after the first `done` ones, with its figures that are numbers."""
    for row in own.iloc[done:].to_dict("records"):
        yield int(row["epoch"]), _known({name: row[name] for name in EPOCH})


def end_figures(result: Result) -> dict[str, float]:
    """The figures of a finished run by the names that they have in `results.csv`, those that are numbers."""
    return _known({name: getattr(result, name) for name in END})


def _known(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in figures.items() if math.isfinite(value)}
