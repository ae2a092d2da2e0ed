"""How sure an accuracy is, and the difference of two, judging by the number of images: 95% intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from os.path import basename

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError

Z = 1.959963984540054    # the normal quantile that makes a 95% interval


def wilson_interval(correct: int, total: int, z: float = Z) -> tuple[float, float]:
    """The score interval of a share: where the true accuracy lies, judging by `total` images.

    Unlike accuracy ± z standard errors it stays inside 0 to 1 and is of use for few images and for shares
    near 0 or 1. It covers the luck of the test draw, not the spread between training runs.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212.

    Args:
        correct: how many were right, 0 to `total`.
        total: how many there were, at least 1.
        z: the normal quantile; the default makes a 95% interval.

    Returns:
        Its lower and upper end, each from 0 to 1.

    Raises:
        UserError: for fewer than one image, or more right than there are.
    """
    if not 0 <= correct <= total or total < 1:
        raise UserError(f"no interval for {correct} right of {total}: give at least one image, "
                        "and no more right than there are")
    share = correct / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Rounding would otherwise leave 0 right of 10 a bound of -1e-17.
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def difference_interval(first: tuple[float, float, float], second: tuple[float, float, float],
                        correlation: float = 0.0) -> tuple[float, float]:
    """Where the difference of two accuracies lies, judging by each one's Wilson interval.

    Unless their correlation is given it takes the two for independent. Two models tested on the same images are
    right and wrong together more often than that, so it is then wider than it need be rather than too narrow.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics
    in Medicine 17 (1998), 873-890, method 10; with a correlation, the same author's "Improved confidence intervals
    for the difference between binomial proportions based on paired data", 2635-2650 of that volume.

    Args:
        first: an accuracy and the lower and upper end of its interval.
        second: the same of the accuracy to take away.
        correlation: of being right, between the two, -1 to 1.

    Returns:
        Lower and upper end, from -1 to 1.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return (a - b - _third_side(a - a_low, b_high - b, correlation),
            a - b + _third_side(a_high - a, b - b_low, correlation))


def paired_interval(both: int, only_first: int, only_second: int, neither: int) -> tuple[float, float]:
    """Where the difference of two accuracies on the same images lies, the first less the second.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), 2635-2650, method 10: the correlation with a continuity correction.

    Args:
        both: how many images both got right.
        only_first: how many the first alone got right.
        only_second: how many the second alone got right.
        neither: how many both got wrong.

    Returns:
        Lower and upper end of the 95% interval, from -1 to 1.

    Raises:
        UserError: when there are no images.
    """
    total = both + only_first + only_second + neither
    first, second = both + only_first, both + only_second
    excess = both * neither - only_first * only_second
    excess = max(excess - total / 2, 0) if excess > 0 else excess
    spread = first * (total - first) * second * (total - second)
    return difference_interval((first / max(total, 1), *wilson_interval(first, total)),
                               (second / max(total, 1), *wilson_interval(second, total)),
                               excess / math.sqrt(spread) if spread else 0.0)


def _third_side(one: float, other: float, cosine: float) -> float:
    """Of a triangle, the side opposite the angle between two others."""
    # Rounding may leave a square of -1e-18.
    return math.sqrt(abs(one * one + other * other - 2 * cosine * one * other))


@dataclass(frozen=True)
class PairedTest:
    """Two runs compared image by image.

    Attributes:
        both: how many images both got right.
        only_first: how many the first alone got right.
        only_second: how many the second alone got right.
        neither: how many both got wrong.
        p: how likely at least so uneven a share of the images on which they differ would be if the two were equally
            good, 0 to 1.
        low: lower end of the 95% interval of the difference in accuracy, the first less the second, -1 to 1.
        high: its upper end.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float
    low: float
    high: float


def paired_test(first: pd.DataFrame, second: pd.DataFrame) -> PairedTest | None:
    """Compare two runs by their predictions for the same images, in the same order; None where they are not.

    Images count as the same by their categories and the names of their files: the folder that they lie in may have
    been moved. That they hold the same is for the caller to know.

    The p-value is `mcnemar`'s, the interval `paired_interval`'s. As these are two methods, the interval may just
    leave out 0 where p is just above 0.05, or the other way round; p decides.

    Args:
        first: a run's predictions, a row an image, with `filepath`, `category` and `predicted`.
        second: those of the other run.

    Raises:
        UserError: when there are no images.
    """
    if _images(first) != _images(second):
        return None
    one, other = ((said["category"] == said["predicted"]).to_numpy() for said in (first, second))
    counts = {"both": int((one & other).sum()), "only_first": int((one & ~other).sum()),
              "only_second": int((~one & other).sum()), "neither": int((~one & ~other).sum())}
    low, high = paired_interval(**counts)
    return PairedTest(**counts, p=mcnemar(counts["only_first"], counts["only_second"]), low=low, high=high)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test.

    Images that both runs get right, or both wrong, say nothing about which is better. Of the others each run gets
    half right if they are equally good, as in tossing a coin.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157; the binomial distribution itself in place of its approximation.

    Args:
        only_first: how many images the first alone got right.
        only_second: how many the second alone got right.

    Returns:
        0 to 1; 1 where the two never differ.
    """
    # It takes about a second to import, which the command would wait for at every start.
    from scipy.stats import binomtest

    differ = only_first + only_second
    return float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several tests, raised so that the chance of even one false alarm among them stays below 5%.

    Without that, one of twenty comparisons of equally good runs would have p below 0.05. The smallest of m is
    multiplied by m, the next by m - 1 and so on, none is left below one before it or above 1.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979), 65-70.

    Returns:
        The corrected p-values, 0 to 1, in the order given.
    """
    values = np.asarray(p_values, dtype=float)
    order = values.argsort(kind="stable")
    raised = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)).clip(max=1)
    corrected = np.empty_like(values)
    corrected[order] = raised
    return corrected.tolist()


def _images(predictions: pd.DataFrame) -> list[tuple[str, str]]:
    """Category and name of each file."""
    return list(zip(predictions["category"], predictions["filepath"].map(basename), strict=True))
