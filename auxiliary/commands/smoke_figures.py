"""Checks of what a finished run says of itself: its history, its result and its predictions."""

import numpy as np
import pandas as pd

from auxiliary.evaluation.predictions import PROBABILITY, classes
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.training.job import Job

MEASURED = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
SHARES = ("accuracy", "val_accuracy")
# Largest allowed distance of the sum of saved, rounded probabilities from 1.
ROUNDING = 1e-3


def figure_problems(job: Job) -> list[str]:
    """Problems of a finished run's history, result and predictions, one sentence each."""
    experiment, result, history = job.experiment, job.run.result, job.run.history
    own = own_epochs(history)
    problems = (
        [] if len(own) == job.epochs else [f"it should have {job.epochs:,} epochs, and has {len(own):,}"]
    )
    earlier = _numbers(history[history["phase"] == "parent"])
    if not np.array_equal(earlier, _numbers(job.start.run.history) if job.start else earlier[:0], equal_nan=True):
        problems.append("its history does not begin with that of its parent")
    validated = () if experiment.refit else ("val_accuracy", "val_loss")
    for name in ("accuracy", "loss", *validated):
        for epoch, value in zip(own["epoch"], own[name], strict=True):
            problems += _unlikely(f"in epoch {epoch} its {name}", value, name in SHARES)
    for name in ("accuracy", "test_loss", *validated):
        problems += _unlikely(f"its result's {name}", getattr(result, name), name in SHARES)
    return problems + _table_problems(job.run.predictions, result.accuracy)


def _numbers(history: pd.DataFrame) -> np.ndarray:
    # A table without rows has no types of its own.
    return history[MEASURED].to_numpy("float64")


def _unlikely(what: str, value: float, share: bool) -> list[str]:
    """The problem of a figure: a share must be from 0 to 1, a loss must be finite."""
    fine = 0 <= value <= 1 if share else np.isfinite(value)
    return [] if fine else [f"{what} is {value:g}"]


def _table_problems(table: pd.DataFrame, accuracy: float) -> list[str]:
    names = classes(table)
    probabilities = table[[PROBABILITY + name for name in names]].to_numpy()
    off = ~(np.abs(probabilities.sum(axis=1) - 1) <= ROUNDING)
    if off.any():
        return [f"the probabilities of {off.sum():,} of {len(table):,} test images do not add up to 1"]
    problems = []
    other = table["predicted"] != np.array(names, dtype=object)[probabilities.argmax(axis=1)]
    if other.any():
        problems.append(f"{other.sum():,} of {len(table):,} test images have a predicted class that is not the one of "
                        "the highest probability")
    right = (table["predicted"] == table["category"]).mean()
    if right != accuracy:
        problems.append(f"its accuracy is {accuracy:g}, but that of its predictions is {right:g}")
    return problems
