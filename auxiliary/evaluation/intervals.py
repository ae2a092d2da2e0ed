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


def difference_interval(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """The 95% interval of the difference of two accuracies, from the Wilson interval of each.

    The two accuracies count as independent. Two models tested on the same images agree more often than that, so the
    interval is then wider than necessary, never too narrow.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics
    in Medicine 17 (1998), 873-890, method 10.

    Args:
        first: an accuracy, and the lower and upper end of its interval.
        second: the same for the accuracy to subtract.

    Returns:
        Lower and upper end, from -1 to 1.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)
