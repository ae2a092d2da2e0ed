"""95% intervals of an accuracy, and of the difference of two accuracies, by the number of test images."""

import math

from auxiliary.core.errors import UserError


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """The 95% Wilson interval of an accuracy.

    Unlike accuracy ± 1.96 standard errors it stays inside 0 to 1, and it is usable for few images and for accuracies
    near 0 or 1. It covers the random choice of the test images, not the spread between training runs.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212.

    Args:
        correct: number of correct predictions, 0 to `total`.
        total: number of images, at least 1.

    Returns:
        Its lower and upper end, each from 0 to 1.

    Raises:
        UserError: for fewer than one image, or more correct predictions than images.
    """
    # Importing it takes about a second, which a command would wait for at every start.
    from scipy.stats import binomtest

    if not 0 <= correct <= total or total < 1:
        raise UserError(f"no interval for {correct} correct of {total}: give at least one image, "
                        "and no more correct predictions than images")
    low, high = binomtest(correct, total).proportion_ci(method="wilson")
    return float(low), float(high)


def difference_interval(first: tuple[float, float, float], second: tuple[float, float, float],
                        correlation: float = 0.0) -> tuple[float, float]:
    """The 95% interval of the difference of two accuracies, from the Wilson interval of each.

    Without a correlation the two accuracies count as independent. Two models tested on the same images agree more
    often than that, so the interval is then wider than necessary, never too narrow.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics
    in Medicine 17 (1998), 873-890, method 10; with a correlation, the same author's "Improved confidence intervals
    for the difference between binomial proportions based on paired data", 2635-2650 of that volume.

    Args:
        first: an accuracy, and the lower and upper end of its interval.
        second: the same for the accuracy to subtract.
        correlation: between the two models' correct predictions, -1 to 1.

    Returns:
        Lower and upper end, from -1 to 1.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return (a - b - _third_side(a - a_low, b_high - b, correlation),
            a - b + _third_side(a_high - a, b - b_low, correlation))


def paired_interval(both: int, only_first: int, only_second: int, neither: int) -> tuple[float, float]:
    """The 95% interval of the difference of two accuracies on the same images, the first minus the second.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), 2635-2650, method 10: the correlation with a continuity correction.

    Args:
        both: number of images that both models predict correctly.
        only_first: number of images that only the first predicts correctly.
        only_second: number of images that only the second predicts correctly.
        neither: number of images that neither predicts correctly.

    Returns:
        Lower and upper end, from -1 to 1.

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
    """The third side of a triangle, from two sides and the cosine of the angle between them."""
    # Rounding may leave a square of -1e-18.
    return math.sqrt(abs(one * one + other * other - 2 * cosine * one * other))
