"""The difference of two accuracies: its value, p-value and intervals, which never contradict each other."""

import sys
from dataclasses import dataclass
from typing import Protocol

from auxiliary.evaluation.significance import mcnemar, mcnemar_interval

# Smaller p-values are given as this. Of 0 no correction could be told, and intervals are widened by its factor.
SMALLEST = sys.float_info.min


class Difference(Protocol):
    """The difference of two accuracies, the first minus the second.

    An interval contains `value`, and contains 0 exactly where `p` is at least its `alpha`.
    """

    @property
    def value(self) -> float:
        """The difference, -1 to 1."""

    @property
    def p(self) -> float:
        """The two-sided p-value of no difference, `SMALLEST` to 1."""

    def interval(self, alpha: float) -> tuple[float, float]:
        """The lower and upper end of the interval of level 1 - `alpha`."""


@dataclass(frozen=True)
class McNemarDifference:
    """Of two runs on the same images, by `mcnemar` and `mcnemar_interval`.

    Attributes:
        only_first: number of images that only the first run predicts correctly.
        only_second: number of images that only the second run predicts correctly.
        total: number of images, at least 1.
    """

    only_first: int
    only_second: int
    total: int

    @property
    def value(self) -> float:
        """The difference, -1 to 1."""
        return (self.only_first - self.only_second) / self.total

    @property
    def p(self) -> float:
        """The exact p-value."""
        return max(mcnemar(self.only_first, self.only_second), SMALLEST)

    def interval(self, alpha: float) -> tuple[float, float]:
        """The lower and upper end, -1 to 1."""
        return mcnemar_interval(self.only_first, self.only_second, self.total, alpha)


@dataclass(frozen=True)
class StudentDifference:
    """With a standard error and Student's t distribution; the error may differ for lower and for higher values.

    Attributes:
        value: the difference, -1 to 1.
        below: the standard error towards lower values, above 0.
        above: that towards higher values, above 0.
        freedom_below: degrees of freedom of `below`; infinite for a normal distribution.
        freedom_above: those of `above`.
    """

    value: float
    below: float
    above: float
    freedom_below: float
    freedom_above: float

    @property
    def p(self) -> float:
        """The p-value of a t-test, with the error of the side on which 0 lies."""
        from scipy.stats import t

        error, freedom = (self.below, self.freedom_below) if self.value > 0 else (self.above, self.freedom_above)
        return max(float(2 * t.sf(abs(self.value) / error, freedom)), SMALLEST)

    def interval(self, alpha: float) -> tuple[float, float]:
        """The lower and upper end, -1 to 1."""
        from scipy.stats import t

        return (max(self.value - float(t.isf(alpha / 2, self.freedom_below)) * self.below, -1.0),
                min(self.value + float(t.isf(alpha / 2, self.freedom_above)) * self.above, 1.0))
