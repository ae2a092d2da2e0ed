"""What docs/results.md says of the conclusions of a published table: a verdict for each, and the pairs behind it."""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.text import listed
from auxiliary.evaluation.compare import points_text, points_with_ends
from tools.conclusions import CONCLUSIONS, Conclusion, Pair
from tools.published_table import PublishedTable
from tools.verdicts import UNDECIDED, Interval, Verdict, mean_difference, measured, verdicts


def conclusions_frame(table: PublishedTable) -> pd.DataFrame:
    """Each conclusion with its verdict by the published accuracies and by those measured here.

    Returns:
        Columns `conclusion`, `by the published accuracies`, `by those here`, and `pairs measured`.
    """
    counted = [_counted(table, conclusion) for conclusion in CONCLUSIONS]
    both = zip(counted, verdicts(counted, table.published_intervals), verdicts(counted, table.intervals), strict=True)
    return pd.DataFrame([{
        "conclusion": f"{number}. {conclusion.claim}", "by the published accuracies": _verdict(theirs),
        "by those here": _verdict(ours),
        "pairs measured": f"{ours.pairs if ours else 0:,} of {len(conclusion.pairs):,}",
    } for number, (conclusion, theirs, ours) in enumerate(both, 1)])


def _counted(table: PublishedTable, conclusion: Conclusion) -> Conclusion:
    """A conclusion with those pairs that differ in nothing else; with all of them where each does."""
    alike = tuple(pair for pair in conclusion.pairs if not _besides(table, pair))
    return conclusion._replace(pairs=alike or conclusion.pairs)


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return f"**{UNDECIDED}**: nothing measured"
    low, high = verdict.ends
    return f"**{verdict.text}**: {points_with_ends(100 * verdict.difference.value, (100 * low, 100 * high))}"


def other_verdicts_text(table: PublishedTable) -> str:
    """A sentence on the verdicts that are others if all pairs count; empty for none."""
    counted = [_counted(table, conclusion) for conclusion in CONCLUSIONS]
    parts = []
    for whose, accuracies in (("the published accuracies", table.published_intervals), ("those here", table.intervals)):
        both = zip(verdicts(counted, accuracies), verdicts(CONCLUSIONS, accuracies), strict=True)
        changed = [f"{number} {every.text}" for number, (some, every) in enumerate(both, 1)
                   if every and every.text != (some.text if some else UNDECIDED)]
        parts += [f"by {whose} {listed(changed, len(changed))}"] if changed else []
    return f"If all pairs of the list counted, other verdicts would be: {'; '.join(parts)}." if parts else ""


def pairs_frame(table: PublishedTable) -> pd.DataFrame:
    """Each pair of each conclusion: its difference in points, published and here, and what else differs.

    Returns:
        Columns `conclusion` (its number), `compared`, `published`, `here`, `differ too in`, and `counted`.
    """
    published, here = table.published_intervals, table.intervals
    return pd.DataFrame([{
        "conclusion": number, "compared": f"`{pair.key}` with `{pair.other}`", "published": _points(pair, published),
        "here": _points(pair, here), "differ too in": "; ".join(_besides(table, pair)),
        "counted": pair in _counted(table, conclusion).pairs}
        for number, conclusion in enumerate(CONCLUSIONS, 1) for pair in conclusion.pairs])


def _points(pair: Pair, accuracies: Mapping[str, Interval]) -> str:
    known = measured([pair], accuracies)
    return points_text(100 * mean_difference(known, accuracies).value) if known else ""


def _besides(table: PublishedTable, pair: Pair) -> list[str]:
    """In what else a pair differs; of two trainings one after the other, rates and epochs do not count."""
    layers = [pair.besides] if pair.besides else []
    if table.comes_from(pair.key, pair.other):
        return layers
    rates = [f"{table.every[key].learning_rate:g}" for key in (pair.key, pair.other)]
    epochs = [str(table.epochs_total(key)) for key in (pair.key, pair.other)]
    return [f"{name} {one}, not {other}" for name, (one, other) in (("rate", rates), ("epochs", epochs))
            if one != other] + layers
