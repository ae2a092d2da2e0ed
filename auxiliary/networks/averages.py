"""The averages of an experiment's `averaging`: weights that are a mean over many steps, as records."""

from typing import Annotated, Protocol

from pydantic import Field

from auxiliary.core.spec import operation

Decay = Annotated[float, Field(gt=0, lt=1)]
Steps = Annotated[int, Field(ge=2)]


class Averaging(Protocol):
    """How weights are averaged."""

    decay: float


@operation
class ExponentialAverage:
    """`ema(decay)`: after each step, the average moves by 1 - decay of the way to the weights.

    In step t the decay is at most (1 + t) / (10 + t), so that the first weights are forgotten soon.
    """

    decay: Decay = 0.998


@operation
class Lookahead:
    """`lookahead(every, decay)`: after so many steps, the average moves on, and the weights are set to it.

    The decay rises to the one given, as the cube of the share of the steps that are done.

    Source: Zhang et al. 2019, https://arxiv.org/abs/1907.08610; the rising decay is that of Keller Jordan's airbench,
    https://github.com/KellerJordan/cifar10-airbench.
    """

    every: Steps = 5
    decay: Decay = 0.774


AVERAGES: dict[str, type[Averaging]] = {"ema": ExponentialAverage, "lookahead": Lookahead}
