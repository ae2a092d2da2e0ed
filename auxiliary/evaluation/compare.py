"""Comparison of rows of a results table: how large each difference is, and whether it is noise.

The rule:

- Each row is compared with the best row, the one with the best validation accuracy, if both were tested on the same
  images. A row is a run, or an experiment with the mean of its seeds.
- Of one run each, McNemar's exact paired test decides. It covers the choice of the test images, not the seeds.
- If one of them has several seeds, the test of `difference_by_image` decides. It covers all their seeds and the test
  images.
- Both need the predictions of all runs. Where some are missing, the accuracies alone decide ("unpaired"), by Newcombe's
  interval for independent accuracies and by the spread of the seeds. That interval is wider than necessary.
- p >= 0.05 is noise. The p-values of a table are corrected by Holm for the number of its comparisons, and each interval
  is widened by the same factor: its level is 1 - 0.05 * p / (corrected p). So an interval contains 0 exactly where the
  difference is noise. Each still covers its difference in at least 95% of cases, and the chance that any interval of
  the table excludes a true 0 stays below 5%.
- The summary sentence uses the comparison of the table, so that table and sentence never disagree.

Test images count as independent, near-duplicates among them too.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import nan

import pandas as pd

from auxiliary.evaluation.answers import Answers, answers_of
from auxiliary.evaluation.comparison import ALPHA, Comparison, compare_rows, same_images
from auxiliary.evaluation.significance import holm
from auxiliary.runs.labels import comparable, run_ids


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


def best_figures(ordered: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """The same with all digits, for other programs; arguments as for `against_best`.

    Returns:
        One row per row of `ordered`, with its index. Columns: `against_best`, the difference in test accuracy from -1
        to 1, 0 for the best row itself; `p_value` of no difference, corrected for the rows of the table; `verdict`,
        which is `best`, `noise` or `different`; `paired`, which is `yes` or `no`. NaN and empty where nothing is
        compared.
    """
    found = compare_with_best(ordered, predictions)
    rows = dict.fromkeys(comparable(ordered).head(1).index, (0.0, nan, "best", "")) | {
        place: (each.difference.value, each.p, "noise" if each.noise else "different", "yes" if each.paired else "no")
        for place, each in found.items()}
    return pd.DataFrame([rows.get(place, (nan, nan, "", "")) for place in ordered.index], ordered.index,
                        ["against_best", "p_value", "verdict", "paired"])


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
    others = {place: row for place, row in rows.iloc[1:].iterrows() if same_images(row, rows.iloc[0])}
    best = _answers(rows.iloc[0], predictions) if others else None
    found = {place: compare_rows(row, rows.iloc[0], _answers(row, predictions), best) for place, row in others.items()}
    known = {place: comparison for place, comparison in found.items() if comparison}
    corrected = holm([comparison.p for comparison in known.values()])
    return {place: replace(known[place], p=p) for place, p in zip(known, corrected, strict=True)}


def compare(row: pd.Series, other: pd.Series, predictions: Mapping[str, pd.DataFrame] | None = None) -> (
        Comparison | None):
    """Compare two rows without correction; None where the interval of their difference is unknown.

    Args:
        row: a row of `read_results` or `over_seeds`.
        other: the row to subtract.
        predictions: as for `against_best`.
    """
    return compare_rows(row, other, _answers(row, predictions), _answers(other, predictions))


def compare_in_table(row: pd.Series, other: pd.Series, ordered: pd.DataFrame,
                     predictions: Mapping[str, pd.DataFrame] | None = None) -> Comparison | None:
    """Compare the best row of a table with another one, in either order, with the correction of that table.

    Args:
        row: a row of `ordered`.
        other: the row to subtract.
        ordered: as for `compare_with_best`.
        predictions: as for `against_best`.
    """
    found = compare(row, other, predictions)
    # The p-value does not depend on the order of the two.
    shown = compare_with_best(ordered, predictions).get(max(row.name, other.name))
    return replace(found, p=shown.p) if found and shown else found


def p_value(p: float) -> str:
    """A p-value as text, such as `p 0.61` or `p < 0.001`; with as many digits as tell it from 0.05."""
    if p < 0.001:
        return "p < 0.001"
    if p >= 0.1:
        return f"p {p:.2f}"
    return next(f"p {text}" for digits in range(2, 18)
                if (float(text := f"{p:.{digits}g}") >= ALPHA) == (p >= ALPHA))


def points_text(points: float) -> str:
    """Percentage points as text with a sign, such as `+1.5`; with as many digits as tell them from 0."""
    return f"{points:+.1f}" if abs(points) >= 0.05 or abs(points) < 1e-9 else f"{points:+.1g}"


def difference_text(points: float, ends: tuple[float, float], p: float) -> str:
    """A difference in percentage points with its interval and p-value, such as `+0.9 (+0.4 to +1.5), p 0.002`."""
    return f"{points_with_ends(points, ends)}, {p_value(p)}"


def points_with_ends(points: float, ends: tuple[float, float]) -> str:
    """Percentage points with the ends of their interval, such as `+0.9 (+0.4 to +1.5)`."""
    low, high = map(points_text, ends)
    return f"{points_text(points)} ({low} to {high})"


def _answers(row: pd.Series, predictions: Mapping[str, pd.DataFrame] | None) -> Answers | None:
    return answers_of(run_ids(row), predictions or {})


def _cell(found: Comparison, reasons: bool) -> str:
    reason = ("" if found.paired else "unpaired") or (p_value(found.p) if found.noise else "")
    difference = f"{points_text(found.points)} points" + (", noise" if found.noise else "")
    return f"{difference} ({reason})" if reason and reasons else difference
