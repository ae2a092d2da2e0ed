"""Shares of a whole, taken as the decimal numbers that they are written as."""

from collections.abc import Sequence
from fractions import Fraction

TOLERANCE = Fraction(1, 10**6)    # so that [0.333333, 0.333333, 0.333334] and the like may be given


def exact_shares(fractions: Sequence[float]) -> tuple[Fraction, Fraction, Fraction]:
    """The shares of training, validation and test set as exact fractions: 0.1 is one tenth.

    Args:
        fractions: three positive numbers that sum to 1.

    Raises:
        ValueError: they are not; the message says what is needed.
    """
    try:
        train, val, test = (Fraction(str(fraction)) for fraction in fractions)
    except ValueError as error:
        raise ValueError(f"fractions {fractions!r} must be three numbers: train, validation, test") from error
    if min(train, val, test) <= 0 or abs(train + val + test - 1) > TOLERANCE:
        raise ValueError(f"fractions {fractions!r} must be positive and sum to 1, such as [0.7, 0.2, 0.1]")
    return train, val, test
