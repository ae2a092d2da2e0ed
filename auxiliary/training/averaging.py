"""Averaged weights, and the callback that evaluates them."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from auxiliary.networks.averages import Averaging, ExponentialAverage
from auxiliary.networks.fused import move, put


class Averages:
    """The averages of a model's weights, the statistics of batch norm among them.

    Args:
        model: it is trained; while the averages are shown, they are its weights.
        averaging: how they are averaged.
        steps: training steps of all epochs.
    """

    def __init__(self, model: keras.Model, averaging: Averaging, steps: int) -> None:
        self._weights = model.weights
        self._averaging, self._steps = averaging, steps
        # While averages are shown, these hold the weights that training goes on with.
        self._others = [tf.Variable(weight.numpy()) for weight in model.weights]
        # All GPUs count the same steps.
        self._step = tf.Variable(0, dtype=tf.int64, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
        self._shown = False

    def update(self) -> None:
        """Average after a training step; part of its graph."""
        step = tf.cast(self._step.assign_add(1), tf.float32)
        if isinstance(self._averaging, ExponentialAverage):
            self._move(decay=tf.minimum(self._averaging.decay, (1 + step) / (10 + step)))
            return
        tf.cond(tf.equal(self._step % self._averaging.every, 0), lambda: self._look_ahead(step), lambda: None)

    def _look_ahead(self, step: tf.Tensor) -> None:
        self._move(decay=self._averaging.decay * (step / self._steps) ** 3)
        for weight, average in zip(self._weights, self._others, strict=True):
            put(weight.value, average)

    def _move(self, decay: tf.Tensor) -> None:
        for weight, average in zip(self._weights, self._others, strict=True):
            move(average, weight.value, 1 - decay)

    def show(self) -> None:
        """Make the averages the model's weights."""
        if not self._shown:
            self._exchange()

    def hide(self) -> None:
        """Give the model back the weights that training goes on with."""
        if self._shown:
            self._exchange()

    def _exchange(self) -> None:
        for weight, other in zip(self._weights, self._others, strict=True):
            value = weight.numpy()
            weight.assign(other)
            other.assign(value)
        self._shown = not self._shown

    @property
    def state(self) -> list[np.ndarray]:
        """What a checkpoint holds beside the model's weights, which are the averages then."""
        return [self._step.numpy(), *(other.numpy() for other in self._others)]

    def restore(self, state: list[np.ndarray]) -> None:
        """Go on from a checkpoint; the model has its weights already."""
        for variable, value in zip([self._step, *self._others], state, strict=True):
            variable.assign(value)
        self._shown = True


class ShowAverages(keras.callbacks.Callback):
    """From validation until the next epoch the model has the averages: they are what is evaluated and saved."""

    def __init__(self, averages: Averages) -> None:
        super().__init__()
        self.averages = averages

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Before validation."""
        self.averages.show()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Where there is no validation."""
        self.averages.show()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Before training goes on."""
        self.averages.hide()
