"""The learning-rate schedules of an experiment's `schedule`: for each step, a factor of the highest rate."""

from typing import Annotated, Protocol

import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation

Epochs = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Factor = Annotated[float, Field(ge=0, le=1)]
# One-cycle: the share of the steps in which the rate rises, and the factor that it begins with.
RISE, FIRST = 0.3, 1 / 25


class Schedule(Protocol):
    """A learning rate over the steps of a training."""

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:
        """(steps,) float64 factors of the learning rate, 0 to 1.

        Args:
            steps: training steps of all epochs.
            per_epoch: training steps of one.
        """
        ...


@operation
class Constant:
    """`constant(warmup)`: one rate; it rises in a straight line over the first `warmup` epochs, as in the others."""

    warmup: Epochs = 0.0

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:
        return _after_warmup(np.ones(steps), self.warmup * per_epoch)


@operation
class OneCycle:
    """`onecycle`: from a 25th up for 0.3 of the steps, then down to zero along a cosine.

    Source: Smith and Topin 2018, https://arxiv.org/abs/1708.07120, but with a cosine in place of straight lines.
    """

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:  # noqa: ARG002
        rise = max(1, round(RISE * steps))
        up = FIRST + (1 - FIRST) * np.arange(rise) / rise
        return np.concatenate([up, _cosine(steps - rise)])[:steps]


@operation
class Cosine:
    """`cosine(warmup)`: down to zero along half a cosine, from the first step on, also where the rate still rises."""

    warmup: Epochs = 0.0

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:
        return _after_warmup(_cosine(steps), self.warmup * per_epoch)


@operation
class FlatCosine:
    """`flat_cosine(flat, warmup)`: one rate for that share of the steps, then down to zero along a cosine."""

    flat: Share = 0.7
    warmup: Epochs = 0.0

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:
        flat = round(self.flat * steps)
        return _after_warmup(np.concatenate([np.ones(flat), _cosine(steps - flat)]), self.warmup * per_epoch)


@operation
class Triangular:
    """`triangular(rise, first, last)`: in straight lines from one factor up to 1, and down to another."""

    rise: Share = 0.23
    first: Factor = 0.2
    last: Factor = 0.07

    def factors(self, steps: int, per_epoch: int) -> np.ndarray:  # noqa: ARG002
        return np.interp(np.arange(steps), [0, self.rise * steps, steps], [self.first, 1, self.last])


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant, "onecycle": OneCycle, "cosine": Cosine, "flat_cosine": FlatCosine, "triangular": Triangular,
}


def _cosine(steps: int) -> np.ndarray:
    """Factors from 1 down to nearly 0."""
    return (1 + np.cos(np.pi * np.arange(steps) / max(1, steps))) / 2


def _after_warmup(factors: np.ndarray, steps: float) -> np.ndarray:
    """Factors that rise in a straight line over the first steps; the first step already trains."""
    return factors * np.minimum(1, np.arange(1, len(factors) + 1) / max(1, steps))
