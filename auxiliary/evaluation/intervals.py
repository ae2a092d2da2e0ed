"""How sure an accuracy is, and the difference of two, judging by the number of pictures: 95% intervals."""

import math

from auxiliary.errors import UserError

Z = 1.959963984540054    # the normal quantile that makes a 95% interval


def wilson_interval(correct: int, total: int, z: float = Z) -> tuple[float, float]:
    """The score interval of a share: where the true accuracy lies, judging by `total` pictures.

    Unlike accuracy ± z standard errors it stays inside 0 to 1 and is of use for few pictures and for shares
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
        UserError: for fewer than one picture, or more right than there are.
    """
    if not 0 <= correct <= total or total < 1:
        raise UserError(f"no interval for {correct} right of {total}: give at least one picture, "
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

    Unless their correlation is given it takes the two for independent. Two models tested on the same pictures are
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
    """Where the difference of two accuracies on the same pictures lies, the first less the second.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17 (1998), 2635-2650, method 10: the correlation with a continuity correction.

    Args:
        both: how many pictures both got right.
        only_first: how many the first alone got right.
        only_second: how many the second alone got right.
        neither: how many both got wrong.

    Returns:
        Lower and upper end of the 95% interval, from -1 to 1.

    Raises:
        UserError: when there are no pictures.
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
