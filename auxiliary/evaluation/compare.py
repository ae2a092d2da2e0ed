"""Which differences between lines of a results' table are noise.

The rule, in one place:

- Lines are compared with the best one, that of the best validation accuracy, where they were tested on the same
  images. The difference shown is that of the accuracies shown, which for several seeds are their means; their run of
  the best validation accuracy takes the tests below.
- Where the predictions of both are at hand, McNemar's exact paired test says whether it is noise: p of 0.05 or more.
  The p-values of a table are corrected by Holm. The sentence under a table goes by these too: its two lines, the best
  from scratch and the best pre-trained, are a line of the table and the best one, and may not differ in the one and
  be noise in the other.
- Where they are not, the 95% interval of the difference of two independent accuracies does: 0 inside it is noise.
  Being wider than need be, it is not corrected.
- Whatever these say, it is noise where a line is several seeds and the two overlap, from lowest to highest accuracy:
  with another seed the order might be another. A single run is as wide as its one accuracy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan, nan

import pandas as pd

from auxiliary.evaluation.significance import difference_interval, holm, paired_test, wilson_interval
from auxiliary.runs.labels import comparable, several

ALPHA = 0.05


@dataclass(frozen=True)
class Comparison:
    """How much better one line is than another, and how sure that is.

    Attributes:
        points: its test accuracy less the other's, in percentage points.
        low: lower end of the 95% interval of the difference, of several seeds that of their best run, in points.
        high: its upper end.
        p: p-value of McNemar's test; NaN where the two were not compared image by image.
        corrected: whether Holm's correction raised it.
        seeds: whether one of them is several seeds.
        overlap: whether, moreover, the two overlap from lowest to highest.
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
    def untold(self) -> bool:
        """Whether the test images cannot tell the two apart."""
        return self.p >= ALPHA if self.paired else self.low <= 0 <= self.high


def against_best(ordered: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None,
                 reasons: bool = True) -> list[str]:
    """A cell a line: `best`, `-6.1 points` from it, or `-0.4 points, noise (p 0.61)`, by the rule above.

    Nothing where a line cannot be compared: other test images, no interval, or typed in by a user.

    Args:
        ordered: rows as `ranked` gives them.
        predictions: those of the test images by the name in the column `run`, as far as they are at hand.
        reasons: whether to say what noise was told by, and where a comparison is not of pairs.
    """
    best = comparable(ordered).head(1).index
    cells = {place: _cell(found, reasons) for place, found in compare_with_best(ordered, predictions).items()}
    return ["best" if place in best else cells.get(place, "") for place in ordered.index]


def compare_with_best(ordered: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None) -> (
        dict[int, Comparison]):
    """Compare each line with the best, those of pairs corrected by Holm.

    Args:
        ordered: rows as `ranked` gives them.
        predictions: as for `against_best`.

    Returns:
        A comparison for each line that can be compared, by its place in the index.
    """
    lines = comparable(ordered)
    others = {place: row for place, row in lines.iloc[1:].iterrows() if _same(row, lines.iloc[0])}
    found = {place: compare(row, lines.iloc[0], predictions) for place, row in others.items()}
    known = {place: comparison for place, comparison in found.items() if comparison}
    paired = [place for place, comparison in known.items() if comparison.paired]
    raised = dict(zip(paired, holm([known[place].p for place in paired]), strict=True))
    return known | {place: replace(known[place], p=p, corrected=p > known[place].p) for place, p in raised.items()}


def compare(row: pd.Series, other: pd.Series, predictions: Mapping[str, pd.DataFrame] | None = None) -> (
        Comparison | None):
    """Compare two lines alone, so without correction; None where no interval of their difference is known.

    Args:
        row: a row of `read_results` or `over_seeds`.
        other: the row to take away.
        predictions: those of the test images by the name in the column `run`, as far as they are at hand.
    """
    one, another = ((predictions or {}).get(line["run_id"]) for line in (row, other))
    both = _same(row, other) and one is not None and another is not None
    if both and (test := paired_test(one, another)):
        low, high, p = test.low, test.high, test.p
    else:
        low, high = difference_interval(_interval(row), _interval(other))
        p = nan
    if isnan(low):
        return None
    return Comparison(points=100 * (row["accuracy"] - other["accuracy"]), low=100 * low, high=100 * high, p=p,
                      seeds=several(row) or several(other), overlap=_overlap(row, other))


def p_value(p: float) -> str:
    """A p-value as it is written, such as `p 0.61` or `p < 0.001`."""
    if p < 0.001:
        return "p < 0.001"
    return f"p {p:.2f}" if p >= 0.1 else f"p {p:.2g}"


def _same(row: pd.Series, other: pd.Series) -> bool:
    """Whether two runs were tested on the same images."""
    return row["images_hash"] != "" and all(
        row[name] == other[name] for name in ("dataset", "images_hash", "split_rule")
    )


def _interval(row: pd.Series) -> tuple[float, float, float]:
    """A run's accuracy and its 95% interval, NaN where not known; of several seeds those of their best run."""
    if not several(row):
        return row["accuracy"], row["accuracy_low"], row["accuracy_high"]
    accuracy = row["run_accuracy"]
    if pd.isna(row["test_images"]):
        return accuracy, nan, nan
    images = int(row["test_images"])
    return accuracy, *wilson_interval(round(accuracy * images), images)


def _overlap(row: pd.Series, other: pd.Series) -> bool:
    if not (several(row) or several(other)):
        return False
    (low, high), (other_low, other_high) = (
        (line["accuracy_low"], line["accuracy_high"]) if several(line) else (line["accuracy"], line["accuracy"])
        for line in (row, other))
    return low <= other_high and other_low <= high


def _cell(found: Comparison, reasons: bool) -> str:
    size = f"{found.points:+.1f} points" + (", noise" if found.untold or found.overlap else "")
    if not found.paired:
        reason = "unpaired" if found.untold or not found.overlap else "seeds overlap"
    elif found.untold:
        reason = p_value(found.p) + (", best seeds" if found.seeds else "")
    else:
        reason = "seeds overlap" if found.overlap else ""
    return f"{size} ({reason})" if reason and reasons else size
