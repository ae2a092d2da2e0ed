"""McNemar's test of two runs on the same test images, the interval that agrees with it, and Holm's correction."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from auxiliary.core.errors import UserError

NODES = 200    # over which a probability is averaged


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test.

    Only images on which the two runs differ count. If the runs are equally good, each predicts half of these
    correctly, as in tossing a coin. The p-value is the probability of a split at least as uneven.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157; the binomial distribution itself in place of its approximation.

    Args:
        only_first: number of images that only the first run predicts correctly.
        only_second: number of images that only the second run predicts correctly.

    Returns:
        0 to 1; 1 where the two never differ.
    """
    # Importing it takes about a second, which a command would wait for at every start.
    from scipy.stats import binomtest

    differ = only_first + only_second
    return float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0


def mcnemar_interval(only_first: int, only_second: int, total: int, alpha: float = 0.05) -> tuple[float, float]:
    """The interval of the difference of two accuracies on the same images, the first minus the second.

    It agrees with `mcnemar`: it contains 0 exactly where that p-value is at least `alpha`. The difference is the share
    of the images on which the two differ, times how unevenly these fall to the two. Each of the two factors has exact
    limits, and their distributions are combined.

    Source: M. P. Fay and K. Lumbard, "Confidence intervals for difference in proportions for matched pairs compatible
    with exact McNemar's or sign tests", Statistics in Medicine 40 (2021), 1147-1159.

    Args:
        only_first: number of images that only the first run predicts correctly.
        only_second: number of images that only the second run predicts correctly.
        total: number of images, at least 1.
        alpha: 1 minus the interval's level, 0 to 1.

    Returns:
        Lower and upper end, from -1 to 1.

    Raises:
        UserError: when there are no images.
    """
    if total < 1:
        raise UserError("no interval for no images: give at least one image")
    return (_lower_end(only_first, only_second, total, alpha / 2),
            -_lower_end(only_second, only_first, total, alpha / 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests, corrected so that the chance of any false alarm stays below 5%.

    Without a correction, one of twenty comparisons of equally good runs would have p below 0.05. The smallest of m
    p-values is multiplied by m, the next by m - 1 and so on; none may end below a smaller one, or above 1.

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


def _lower_end(more: int, less: int, total: int, tail: float) -> float:
    """The `tail` quantile of a product: how often the two differ, times how unevenly (twice a share, minus 1)."""
    from scipy.optimize import brentq
    from scipy.special import bdtr, betainc, betaincinv

    differ = more + less
    # The probability of a share of at most 1/2 is the one-sided p-value: where it is below `tail`, the end is above 0.
    half = float(bdtr(less, differ, 0.5))
    above = half < tail
    # Of the two limits of how often they differ, the one that makes the end lower.
    rate = (differ, total - differ + 1) if above else (differ + 1, total - differ)
    if differ == total and not above:    # the limit is 1
        return 2 * float(betaincinv(more, less + 1, tail)) - 1 if more else -1.0
    if more == 0:                        # the limit of the share is 0
        return -float(betaincinv(*rate, 1 - tail))
    first, last = (half, 1) if above else (0, half)
    places, weights = _nodes()
    shares = betaincinv(more, less + 1, first + (last - first) * places)

    def beyond(end: float) -> float:
        within = betainc(*rate, np.minimum(end / (2 * shares - 1), 1)) @ weights
        return (half + (1 - half) * within if above else half * (1 - within)) - tail

    return float(brentq(beyond, 0, 1) if above else brentq(beyond, -1, 0))


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Places from 0 to 1, (NODES,), and the weight of each in a mean: Gauss and Legendre's, denser at both ends."""
    # Small tails, as of corrected p-values, depend on little but the ends.
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1) / 2, weights / 2
