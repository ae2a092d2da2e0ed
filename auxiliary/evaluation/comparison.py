"""The comparison of two rows of a results table."""

from dataclasses import dataclass

import pandas as pd

from auxiliary.evaluation.answers import Answers
from auxiliary.evaluation.difference import Difference, StudentDifference
from auxiliary.evaluation.intervals import difference_interval, wilson_interval
from auxiliary.evaluation.seed_noise import Seeds, difference_by_accuracy, difference_by_image
from auxiliary.runs.labels import run_ids, several

ALPHA = 0.05
SAME_IMAGES = ("dataset", "images_hash", "split_rule")
# Half the width of a 95% interval, in standard errors.
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Comparison:
    """The difference between two rows, and how certain it is.

    Attributes:
        difference: of the test accuracies, the row minus the other.
        p: its p-value, which a correction for several comparisons may have raised.
        paired: whether the two were compared image by image.
        seeds: whether one of them has several seeds.
    """

    difference: Difference
    p: float
    paired: bool
    seeds: bool

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return 100 * self.difference.value

    @property
    def ends(self) -> tuple[float, float]:
        """The 95% interval of the difference in percentage points, wider where the p-value was raised."""
        low, high = self.difference.interval(ALPHA * self.difference.p / self.p if self.corrected else ALPHA)
        return 100 * low, 100 * high

    @property
    def corrected(self) -> bool:
        """Whether a correction raised the p-value."""
        return self.p > self.difference.p

    @property
    def noise(self) -> bool:
        """Whether the two cannot be told apart; the interval then contains 0."""
        return self.p >= ALPHA


def compare_rows(row: pd.Series, other: pd.Series, answers: Answers | None, others: Answers | None) -> (
        Comparison | None):
    """Compare two rows; None where the interval of their difference is unknown.

    Args:
        row: a row of `read_results` or `over_seeds`.
        other: the row to subtract.
        answers: those of the runs of `row`, None where they are not available.
        others: those of `other`. Without both, and for other images, the accuracies alone are compared.
    """
    paired = bool(answers and others) and same_images(row, other) and answers.same_images(others)
    difference = difference_by_image(answers.correct, others.correct) if paired else _unpaired(row, other)
    if difference is None:
        return None
    return Comparison(difference, difference.p, paired, seeds=max(_number(row), _number(other)) > 1)


def same_images(row: pd.Series, other: pd.Series) -> bool:
    """Whether two rows were tested on the same images."""
    return row["images_hash"] != "" and all(row[name] == other[name] for name in SAME_IMAGES)


def by_images(row: pd.Series) -> tuple[float, float, float]:
    """The accuracy of a row and its 95% interval by the number of test images alone, NaN where unknown.

    Args:
        row: a row of `read_results` or `over_seeds`; of several seeds the mean accuracy counts as that of one.
    """
    accuracy = row["accuracy"]
    if not several(row):
        return accuracy, row["accuracy_low"], row["accuracy_high"]
    if pd.isna(row["test_images"]):
        return accuracy, float("nan"), float("nan")
    images = int(row["test_images"])
    return accuracy, *wilson_interval(round(accuracy * images), images)


def _unpaired(row: pd.Series, other: pd.Series) -> StudentDifference | None:
    """The difference as if the two were tested on other images; None where an interval is unknown or has no width."""
    value = row["accuracy"] - other["accuracy"]
    low, high = difference_interval(by_images(row), by_images(other))
    below, above = (value - low) / NORMAL_95, (high - value) / NORMAL_95
    if not (below > 0 and above > 0):
        return None
    return difference_by_accuracy(value, below, above, _seeds(row), _seeds(other))


def _seeds(row: pd.Series) -> Seeds:
    return Seeds(_number(row), row["accuracy_std"] ** 2) if _number(row) > 1 else Seeds(1)


def _number(row: pd.Series) -> int:
    return len(run_ids(row))
