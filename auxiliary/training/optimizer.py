"""The optimiser of an experiment, with its learning rate over the steps."""

import re
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from auxiliary.config.experiment import Experiment
from auxiliary.core.spec import parse_one
from auxiliary.networks.optimizers import OPTIMIZERS
from auxiliary.networks.schedules import SCHEDULES

# Names of TensorFlow's variables, such as `model/norm2/beta:0`: the shifts of batch norm; and the weights that do not
# decay, because their size does not make a network fit noise.
SHIFT, NOT_DECAYING = r"(^|/)beta(:\d+)?$", r"(^|/)(bias|beta|gamma)(:\d+)?$"


class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate for each step; after the last one it stays.

    Args:
        rates: (steps,) learning rates.
    """

    def __init__(self, rates: np.ndarray) -> None:
        self._rates = rates.astype("float32")

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate of a step, from 0."""
        place = keras.ops.minimum(keras.ops.cast(step, "int64"), len(self._rates) - 1)
        return keras.ops.take(self._rates, place)


class ShiftRateSGD(keras.optimizers.SGD):
    """SGD in which the shifts of batch norm have a learning rate of their own: so many times the other."""

    def __init__(self, *args: object, shift_rate: float, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._shift_rate = shift_rate

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update one weight."""
        factor = self._shift_rate if re.search(SHIFT, variable.name) else 1
        super().update_step(gradient, variable, learning_rate * factor)


def make_optimizer(experiment: Experiment, rate: float | ScheduledRate) -> keras.optimizers.Optimizer:
    """The optimiser of an experiment, as its `optimizer` says.

    Args:
        experiment: what is trained.
        rate: the learning rate, or that of each step.
    """
    spec = parse_one(experiment.optimizer, OPTIMIZERS, "optimizer")
    arguments = asdict(spec)
    arguments |= {"weight_decay": spec.weight_decay or None}
    decay_all = arguments.pop("decay_all", False)
    kind = getattr(keras.optimizers, type(spec).__name__)
    if arguments.pop("shift_rate", 1) != 1:
        kind, arguments["shift_rate"] = ShiftRateSGD, spec.shift_rate
    optimizer = kind(rate, **arguments)
    if not decay_all:
        optimizer.exclude_from_weight_decay(var_names=[NOT_DECAYING])
    return optimizer


def scheduled(experiment: Experiment, rate: float, per_epoch: int) -> float | ScheduledRate:
    """The learning rate over all steps, as `schedule` and `epochs` say; a number where it is the same in all.

    Args:
        experiment: what is trained.
        rate: the highest learning rate.
        per_epoch: training steps per epoch.
    """
    steps = max(1, per_epoch * experiment.epochs)
    factors = parse_one(experiment.schedule, SCHEDULES, "schedule").factors(steps, per_epoch)
    return rate if (factors == 1).all() else ScheduledRate(rate * factors)
