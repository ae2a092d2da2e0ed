"""What a notebook found out, in a few sentences computed from its tables and runs."""

import pandas as pd

from auxiliary.core.text import counted, span
from auxiliary.evaluation.calibration import at_temperature, expected_calibration_error, fit_temperature
from auxiliary.evaluation.metrics import confusion, hardest_class, per_class
from auxiliary.runs.labels import with_interval
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run


def data_summary(overview: pd.DataFrame, train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> str:
    """How many files are usable, how the classes differ, and how large the splits are; one sentence per line.

    Args:
        overview: one row per file, with `error`.
        train: the training images, with `category`.
        val: the validation images.
        test: the test images.
    """
    classes = pd.concat([train, val, test])["category"].value_counts()
    usable = int((overview["error"] == "").sum())
    return "\n".join([
        f"{usable:,} of {counted(len(overview), 'file')} can be used.",
        f"The {len(classes)} classes have {span(classes.min(), classes.max())} images each.",
        f"{counted(len(train), 'image')} are for training, {len(val):,} for validation and {len(test):,} for the test.",
    ])


def run_summary(run: Run) -> str:
    """How accurate a finished run is, how far it overfits, what it confuses and how sure it is; one sentence per line.

    Args:
        run: a finished run.
    """
    result, predictions = run.result, run.predictions
    temperature = fit_temperature(run.val_predictions)
    before, after = (expected_calibration_error(frame) for frame in (
        predictions, at_temperature(predictions, temperature)))
    return "\n".join([
        f"{result.key} reaches a test accuracy of {with_interval(pd.Series(result.model_dump()))} "
        f"with {result.parameters:,} parameters.",
        _overfitting(result),
        _hardest(predictions),
        f"Its calibration error is {before:.3f}, and {after:.3f} with a temperature of {temperature:.2f}.",
    ])


def _overfitting(result: Result) -> str:
    points = 100 * (result.acc_train - result.accuracy)
    return (f"In its last epoch it was right for {result.acc_train:.1%} of the training images, {abs(points):.1f} "
            f"percentage points {'more' if points >= 0 else 'less'} than for the test images.")


def _hardest(predictions: pd.DataFrame) -> str:
    name = hardest_class(predictions)
    mistakes = confusion(predictions).loc[name].drop(name)
    if not mistakes.any():
        return "It makes no mistake on the test images."
    return (f"Most of its mistakes are on {name}: it finds {per_class(predictions).loc[name, 'recall']:.1%} of these "
            f"images, and takes {mistakes.max():,} of them for {mistakes.idxmax()}.")
