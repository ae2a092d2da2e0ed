"""How much accuracy networks keep where their test images are corrupted, from which images each answers correctly."""

import math

import numpy as np
import pandas as pd

from auxiliary.evaluation.corruptions import CORRUPTIONS, SEVERITIES
from auxiliary.evaluation.difference import StudentDifference
from auxiliary.evaluation.intervals import wilson_interval

CLEAN = "clean"    # the column of images that are not corrupted
# Name and severity of each corruption, by the name of its column.
COLUMNS = {f"{name} {severity}": (name, severity) for name in CORRUPTIONS for severity in SEVERITIES}


def accuracies(correct: pd.DataFrame) -> pd.DataFrame:
    """The accuracy of one network in each corruption, the clean images first.

    Args:
        correct: one row per image, with 1 or 0 in the columns `clean` and `COLUMNS`.

    Returns:
        Columns: `corruption` ("clean" for none), `severity` (0 for none), `accuracy`, `low` and `high` (the ends of its
        95% Wilson interval), all 0 to 1; `drop`, the share of the clean accuracy that is lost, NaN where that is 0.
    """
    images, right = len(correct), correct.sum()
    rows = [(name, severity, right[column] / images, *wilson_interval(int(right[column]), images))
            for column, (name, severity) in {CLEAN: (CLEAN, 0), **COLUMNS}.items()]
    table = pd.DataFrame(rows, columns=["corruption", "severity", "accuracy", "low", "high"])
    clean = table["accuracy"].iloc[0]
    return table.assign(drop=1 - table["accuracy"] / clean if clean else math.nan)


def kept(correct: pd.DataFrame) -> float:
    """The mean accuracy over all corruptions as a share of the clean one, 0 or more; NaN where that is 0."""
    clean = correct[CLEAN].mean()
    return float(correct[list(COLUMNS)].to_numpy().mean() / clean) if clean else math.nan


def kept_difference(first: pd.DataFrame, second: pd.DataFrame) -> StudentDifference | None:
    """The difference between what two networks keep of their accuracy, by the same images.

    Both are ratios of means over the images. Its standard error is that of the ratios made linear: an image counts with
    (m - k c) / C for each network, where m is its mean over the corruptions, c its answer on the clean image, k what is
    kept and C the clean accuracy. Its images are those of both, so the two are compared image by image. Two images are
    added, one in favour of each side, so that few images which are all alike do not count as certainty.

    Source: W. G. Cochran, "Sampling Techniques", 3rd edition (1977), section 6.4.

    Args:
        first: as for `accuracies`.
        second: that of the other network, with the same images in the same order.

    Returns:
        The first minus the second; None where a network is never right on clean images.
    """
    value = kept(first) - kept(second)
    if math.isnan(value):
        return None
    each = np.append(_linear(first) - _linear(second), (1, -1))
    error, freedom = float(each.std(ddof=1) / math.sqrt(len(each))), len(each) - 1
    return StudentDifference(value, error, error, freedom, freedom)


def _linear(correct: pd.DataFrame) -> np.ndarray:
    """How much each image moves what is kept; the mean is 0."""
    clean = correct[CLEAN].to_numpy("float64")
    return (correct[list(COLUMNS)].mean(axis=1).to_numpy() - kept(correct) * clean) / clean.mean()
