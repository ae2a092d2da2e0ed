"""Whether accuracies confirm or refute conclusions, by the interval of a mean difference."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, inf

from auxiliary.evaluation.comparison import ALPHA, NORMAL_95
from auxiliary.evaluation.difference import StudentDifference
from auxiliary.evaluation.significance import holm
from tools.conclusions import Conclusion, Pair

MARGIN = 0.02    # a mean difference that counts as small
CONFIRMED, REFUTED, UNDECIDED = "confirmed", "refuted", "undecided"
# An accuracy, and the lower and upper end of its 95% interval.
Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Verdict:
    """What some accuracies say of a conclusion.

    Attributes:
        difference: the mean difference of the measured pairs.
        p: of the test that would decide it, raised by Holm's correction.
        small: whether the conclusion says that the difference is small.
        pairs: the number of measured pairs.
    """

    difference: StudentDifference
    p: float
    small: bool
    pairs: int

    @property
    def ends(self) -> tuple[float, float]:
        """The 95% interval of the difference, -1 to 1, wider where the correction raised p."""
        return self.difference.interval(ALPHA * edge_p(self.difference, self.small) / self.p)

    @property
    def text(self) -> str:
        """`confirmed`, `refuted` or `undecided`, as the interval says."""
        if self.p >= ALPHA:
            return UNDECIDED
        holds = abs(self.difference.value) < MARGIN if self.small else self.difference.value > 0
        return CONFIRMED if holds else REFUTED


def verdicts(conclusions: Sequence[Conclusion], accuracies: Mapping[str, Interval]) -> list[Verdict | None]:
    """What accuracies say of each conclusion; None where no pair is measured.

    A conclusion that a difference is above 0 is decided where the interval excludes 0. One that a difference is small
    is confirmed where the whole interval is within 0.02 of 0, and refuted where all of it is beyond. The p-value is 1
    minus the largest level of such an interval; Holm's correction is for the number of conclusions.

    Args:
        conclusions: the conclusions.
        accuracies: those that are known, by the key of their experiment.
    """
    found = [_uncorrected(each, accuracies) for each in conclusions]
    corrected = iter(holm([each.p for each in found if each]))
    return [each and replace(each, p=next(corrected)) for each in found]


def measured(pairs: Iterable[Pair], keys: Iterable[str]) -> list[Pair]:
    """The pairs of which both experiments are among some keys."""
    known = set(keys)
    return [pair for pair in pairs if {pair.key, pair.other} <= known]


def mean_difference(pairs: Sequence[Pair], accuracies: Mapping[str, Interval]) -> StudentDifference:
    """The mean difference of some pairs, and its standard errors.

    It is a sum of accuracies, each with its weight: an experiment of several pairs counts as the one measurement that
    it is. The errors of the accuracies count as independent, and are added by their squares, each on its own side. Of
    one pair that is Newcombe's interval. Test images that the experiments share make it wider than necessary.

    Source: G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general approach",
    Statistics in Medicine 27 (2008), 1693-1702.

    Args:
        pairs: at least one.
        accuracies: those of all their experiments.
    """
    weights: Counter[str] = Counter()
    for pair in pairs:
        weights.update({pair.key: 1})
        weights.subtract({pair.other: 1})
    value, below, above = 0.0, [0.0], [0.0]
    for key, weight in weights.items():
        accuracy, low, high = accuracies[key]
        value += weight * accuracy
        errors = accuracy - low, high - accuracy
        down, up = errors if weight > 0 else errors[::-1]
        below.append(weight * down)
        above.append(weight * up)
    scale = len(pairs) * NORMAL_95
    return StudentDifference(value / len(pairs), hypot(*below) / scale, hypot(*above) / scale, inf, inf)


def edge_p(difference: StudentDifference, small: bool) -> float:
    """1 minus the level of the widest interval that decides: it ends at 0, or at the nearest end of the margin."""
    edges = (-MARGIN, MARGIN) if small else (0.0,)
    return max(replace(difference, value=difference.value - edge).p for edge in edges)


def _uncorrected(conclusion: Conclusion, accuracies: Mapping[str, Interval]) -> Verdict | None:
    pairs = measured(conclusion.pairs, accuracies)
    if not pairs:
        return None
    difference = mean_difference(pairs, accuracies)
    return Verdict(difference, edge_p(difference, conclusion.small), conclusion.small, len(pairs))
