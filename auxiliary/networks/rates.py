"""What a learning-rate range test tries, and the rate that it suggests; without TensorFlow."""

import numpy as np
import pandas as pd

LOWEST, HIGHEST = 1e-6, 10.0
STEPS = 100
SMOOTHING = 0.9    # the share of the mean so far in an exponential mean
# A loss so many times the lowest one ends the test.
RISE = 4.0
BELOW_LOWEST = 10.0
DIGITS = 2


def tried_rates(steps: int = STEPS) -> np.ndarray:
    """The learning rates, (steps,) float64, one per step, each by the same factor above the one before."""
    return np.geomspace(LOWEST, HIGHEST, steps)


def smoothed(losses: np.ndarray) -> np.ndarray:
    """The exponential mean of the losses, (N,), corrected for its start at 0, as in Adam."""
    means, mean = np.empty(len(losses)), 0.0
    for step, loss in enumerate(losses):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        means[step] = mean / (1 - SMOOTHING ** (step + 1))
    return means


def is_over(losses: np.ndarray) -> bool:
    """Whether the loss, (N,), has risen so far that higher rates need not be tried."""
    means = smoothed(losses)
    return not np.isfinite(losses[-1]) or means[-1] > RISE * means.min()


def suggested_rate(table: pd.DataFrame) -> float:
    """The rate that a range test suggests: a tenth of the one at which the smoothed loss is the lowest.

    Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017,
    https://arxiv.org/abs/1506.01186, for the test; the tenth is the rule of the fastai library.

    Args:
        table: `rate` and `loss` of each step, at least one finite.

    Returns:
        The rate, with two significant digits: the test does not tell more.
    """
    finite = table[np.isfinite(table["loss"])]
    lowest = finite["rate"].to_numpy()[smoothed(finite["loss"].to_numpy()).argmin()]
    return float(f"{lowest / BELOW_LOWEST:.{DIGITS - 1}e}")
