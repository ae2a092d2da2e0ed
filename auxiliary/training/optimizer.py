"""The optimiser of an experiment, with its learning rate over the steps."""

from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from auxiliary.config.experiment import Experiment
from auxiliary.core.spec import parse_one
from auxiliary.networks.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop
from auxiliary.networks.schedules import SCHEDULES
from auxiliary.training.fused_optimizers import FusedAdam, FusedSGD

# Names of TensorFlow's variables, such as `model/norm2/beta:0`, whose size does not make a network fit noise.
NOT_DECAYING = r"(^|/)(bias|beta|gamma)(:\d+)?$"

KINDS: dict[type[Optimizer], type[keras.optimizers.Optimizer]] = {
    Adam: FusedAdam, AdamW: FusedAdam, SGD: FusedSGD, RMSprop: keras.optimizers.RMSprop}


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
    optimizer = KINDS[type(spec)](rate, **arguments)
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
