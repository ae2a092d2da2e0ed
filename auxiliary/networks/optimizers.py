"""The optimisers of an experiment's `optimizer`, as records whose fields are the arguments of Keras's class.

They are checked without TensorFlow; `auxiliary.training.optimizer` builds them.
"""

from typing import Annotated, ClassVar, Protocol

from pydantic import Field

from auxiliary.core.spec import operation

Share = Annotated[float, Field(ge=0, lt=1)]
Amount = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Optimizer(Protocol):
    """An optimiser.

    Attributes:
        averages: how many numbers it holds of each trained weight.
        weight_decay: what each step takes from a weight, as a share of the learning rate.
        decay_all: whether biases, and the scales and shifts of batch norm, decay too.
    """

    averages: ClassVar[int]
    weight_decay: float
    decay_all: bool


@operation
class Adam:
    """`adam` (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980)."""

    averages: ClassVar[int] = 2
    weight_decay: ClassVar[float] = 0.0
    decay_all: ClassVar[bool] = False


@operation
class AdamW:
    """`adamw(weight_decay, beta_1, beta_2, epsilon, decay_all)`: Adam whose weights decay in every step.

    Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101.
    """

    weight_decay: Positive
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7
    decay_all: bool = False
    averages: ClassVar[int] = 2


@operation
class SGD:
    """`sgd(momentum, nesterov, weight_decay, shift_rate, decay_all)`: stochastic gradient descent.

    `shift_rate` times the learning rate is that of the shifts of batch norm, which a short training moves too little.
    """

    momentum: Share = 0.9
    nesterov: bool = False
    weight_decay: Amount = 0.0
    shift_rate: Positive = 1.0
    decay_all: bool = False
    averages: ClassVar[int] = 1


@operation
class RMSprop:
    """`rmsprop` (Hinton's lecture 6e of 2012)."""

    averages: ClassVar[int] = 1
    weight_decay: ClassVar[float] = 0.0
    decay_all: ClassVar[bool] = False


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD, "rmsprop": RMSprop}
