"""What must be true of the figures that a run wrote down; needs no TensorFlow."""

import numpy as np
import pandas as pd

from auxiliary.config.profile import Row
from auxiliary.evaluation.metrics import PROBABILITY, classes
from auxiliary.training.run_folder import Run

MEASURED = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
SHARES = ("accuracy", "val_accuracy")
# How far probabilities that were written down may be from adding up to 1.
ROUNDING = 1e-3


def figure_problems(row: Row, run: Run, parent: Run | None = None) -> list[str]:
    """What is wrong with a finished run's history, result and predictions, a sentence each.

    Args:
        row: what was trained.
        run: its run.
        parent: the run that it goes on from.
    """
    history = run.history
    own = history[history["phase"] == "own"]
    result = run.result
    problems = [] if len(own) == row.epochs else [f"it was to train {row.epochs} epochs, and has {len(own)}"]
    earlier = _numbers(history[history["phase"] == "parent"])
    if not np.array_equal(earlier, _numbers(parent.history) if parent else earlier[:0], equal_nan=True):
        problems.append("its history does not begin with that of the row it goes on from")
    for name in MEASURED[1:]:
        for epoch, value in zip(own["epoch"], own[name], strict=True):
            problems += _unlikely(f"in epoch {epoch} its {name}", value, name in SHARES)
    for name in (*SHARES, "val_loss", "loss_test"):
        problems += _unlikely(f"its result's {name}", getattr(result, name), name in SHARES)
    return problems + _table_problems(run.predictions, result.accuracy)


def _numbers(history: pd.DataFrame) -> np.ndarray:
    # A table without rows has no types of its own.
    return history[MEASURED].to_numpy("float64")


def _unlikely(what: str, value: float, share: bool) -> list[str]:
    """A loss must be a number, a share one from 0 to 1."""
    fine = 0 <= value <= 1 if share else np.isfinite(value)
    return [] if fine else [f"{what} is {value:g}"]


def _table_problems(table: pd.DataFrame, accuracy: float) -> list[str]:
    names = classes(table)
    probabilities = table[[PROBABILITY + name for name in names]].to_numpy()
    off = ~(np.abs(probabilities.sum(axis=1) - 1) <= ROUNDING)
    if off.any():
        return [f"the probabilities of {off.sum()} of {len(table)} test pictures do not add up to 1"]
    problems = []
    other = table["predicted"] != np.array(names, dtype=object)[probabilities.argmax(axis=1)]
    if other.any():
        problems.append(f"{other.sum()} of {len(table)} test pictures are predicted to be of another class than that "
                        "of the highest probability")
    right = (table["predicted"] == table["category"]).mean()
    if right != accuracy:
        problems.append(f"its accuracy is {accuracy:g}, and that of its predictions {right:g}")
    return problems
