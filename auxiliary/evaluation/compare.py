"""Comparison of rows of a results table: how large each difference is, and whether it is noise.

The rule:

- Each row is compared with the best row, the one with the best validation accuracy, if both were tested on the same
  images. The difference shown is between the accuracies shown. For several seeds these are means, and the tests below
  use the seed with the best validation accuracy.
- If the predictions of both are available, McNemar's exact paired test decides: p >= 0.05 is noise. The p-values of a
  table are corrected by Holm. The summary sentence uses the same p-values, so that table and sentence never disagree.
- Otherwise the 95% interval of the difference of two independent accuracies decides: an interval that contains 0 is
  noise. It is wider than necessary and therefore not corrected.
- In addition, a difference is noise if one of the rows stands for several seeds and the two ranges, from lowest to
  highest accuracy, overlap. The range of a single run is its one accuracy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan, nan

import pandas as pd

from auxiliary.evaluation.intervals import difference_interval, wilson_interval
from auxiliary.evaluation.significance import holm, paired_test
from auxiliary.runs.labels import comparable, several

ALPHA = 0.05
SAME_IMAGES = ("dataset", "images_hash", "split_rule")


@dataclass(frozen=True)
class Comparison:
    """The difference between two rows, and how certain it is.

    Attributes:
        points: difference in test accuracy, the row minus the other, in percentage points.
        low: lower end of the 95% interval of the difference in points; of several seeds that of their best run.
        high: its upper end.
        p: p-value of McNemar's test; NaN where the two were not compared image by image.
        seeds: whether one of the rows stands for several seeds.
        overlap: whether the ranges of these seeds overlap.
        corrected: whether Holm's correction raised the p-value.
    """

    points: float
    low: float
    high: float
    p: float
    seeds: bool
    overlap: bool
    corrected: bool = False

    @property
    def paired(self) -> bool:
        """Whether the two were compared image by image."""
        return not isnan(self.p)

    @property
    def inconclusive(self) -> bool:
        """Whether the test images do not suffice to tell the two apart."""
        return self.p >= ALPHA if self.paired else self.low <= 0 <= self.high


def against_best(ordered: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None,
                 reasons: bool = True) -> list[str]:
    """One text per row: `best`, `-6.1 points`, or `-0.4 points, noise (p 0.61)`, by the rule above.

    Empty where a row cannot be compared: other test images, no interval, or typed in by a user.

    Args:
        ordered: results as `ranked` returns them.
        predictions: test predictions of the runs that have any, by `run_id`.
        reasons: whether to add why a difference is noise, and whether a comparison is unpaired.
    """
    best = comparable(ordered).head(1).index
    cells = {place: _cell(found, reasons) for place, found in compare_with_best(ordered, predictions).items()}
    return ["best" if place in best else cells.get(place, "") for place in ordered.index]


def compare_with_best(ordered: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None) -> (
        dict[int, Comparison]):
    """Compare each row with the best one; p-values are corrected by Holm.

    Args:
        ordered: results as `ranked` returns them.
        predictions: as for `against_best`.

    Returns:
        One comparison per row that can be compared, by its place in the index.
    """
    rows = comparable(ordered)
    others = {place: row for place, row in rows.iloc[1:].iterrows() if _same_images(row, rows.iloc[0])}
    found = {place: compare(row, rows.iloc[0], predictions) for place, row in others.items()}
    known = {place: comparison for place, comparison in found.items() if comparison}
    paired = [place for place, comparison in known.items() if comparison.paired]
    corrected = dict(zip(paired, holm([known[place].p for place in paired]), strict=True))
    return known | {place: replace(known[place], p=p, corrected=p > known[place].p) for place, p in corrected.items()}


def compare(row: pd.Series, other: pd.Series, predictions: Mapping[str, pd.DataFrame] | None = None) -> (
        Comparison | None):
    """Compare two rows without correction; None where the interval of their difference is unknown.

    Args:
        row: a row of `read_results` or `over_seeds`.
        other: the row to subtract.
        predictions: as for `against_best`.
    """
    one, another = ((predictions or {}).get(each["run_id"]) for each in (row, other))
    available = _same_images(row, other) and one is not None and another is not None
    if available and (test := paired_test(one, another)):
        low, high, p = test.low, test.high, test.p
    else:
        low, high = difference_interval(_interval(row), _interval(other))
        p = nan
    if isnan(low):
        return None
    return Comparison(points=100 * (row["accuracy"] - other["accuracy"]), low=100 * low, high=100 * high, p=p,
                      seeds=several(row) or several(other), overlap=_overlap(row, other))


def p_value(p: float) -> str:
    """A p-value as text, such as `p 0.61` or `p < 0.001`."""
    if p < 0.001:
        return "p < 0.001"
    return f"p {p:.2f}" if p >= 0.1 else f"p {p:.2g}"


def _same_images(row: pd.Series, other: pd.Series) -> bool:
    return row["images_hash"] != "" and all(row[name] == other[name] for name in SAME_IMAGES)


def _interval(row: pd.Series) -> tuple[float, float, float]:
    """The accuracy and its 95% interval, NaN where unknown; of several seeds those of their best run."""
    if not several(row):
        return row["accuracy"], row["accuracy_low"], row["accuracy_high"]
    accuracy = row["run_accuracy"]
    if pd.isna(row["test_images"]):
        return accuracy, nan, nan
    images = int(row["test_images"])
    return accuracy, *wilson_interval(round(accuracy * images), images)


def _range(row: pd.Series) -> tuple[float, float]:
    return (row["accuracy_low"], row["accuracy_high"]) if several(row) else (row["accuracy"], row["accuracy"])


def _overlap(row: pd.Series, other: pd.Series) -> bool:
    (low, high), (other_low, other_high) = _range(row), _range(other)
    return (several(row) or several(other)) and low <= other_high and other_low <= high


def _cell(found: Comparison, reasons: bool) -> str:
    difference = f"{found.points:+.1f} points" + (", noise" if found.inconclusive or found.overlap else "")
    if not found.paired:
        reason = "unpaired" if found.inconclusive or not found.overlap else "seeds overlap"
    elif found.inconclusive:
        reason = p_value(found.p) + (", best seeds" if found.seeds else "")
    else:
        reason = "seeds overlap" if found.overlap else ""
    return f"{difference} ({reason})" if reason and reasons else difference
