"""The model that is trained: it averages its weights, and takes several steps in one call of TensorFlow."""

import time
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from auxiliary.config.experiment import Experiment
from auxiliary.project.specs import parsed_specs
from auxiliary.training.averaging import Averages
from auxiliary.training.loss import make_accuracy, make_loss
from auxiliary.training.optimizer import make_optimizer, scheduled

Logs = dict[str, tf.Tensor]
# Seconds of one call, after which Ctrl-C is noticed; the cost of a call is some milliseconds.
CALL = 0.3


class TrainedModel(keras.Model):
    """A functional model that is trained for a number of steps per epoch.

    Attributes:
        averages: the averages of its weights, moved on after each step; None without.
        steps: training steps in an epoch.
    """

    averages: Averages | None = None
    steps: int

    def train_step(self, data: Any) -> Logs:
        """One step of training, then of averaging."""
        logs = super().train_step(data)
        if self.averages:
            self.averages.update()
        return logs

    def make_train_function(self, force: bool = False) -> Callable[[Any], Logs]:
        """What Keras calls for each step with the iterator of batches; see `Calls`."""
        if force or self.train_function is None:
            self.train_function = Calls(self)
        return self.train_function


def compiled(whole: keras.Model, experiment: Experiment, rate: float, steps: int) -> TrainedModel:
    """A model of the same layers that is ready to be trained.

    Args:
        whole: a functional model, of whose GPUs all are used.
        experiment: its optimiser, schedule, loss, averaging and epochs.
        rate: the highest learning rate.
        steps: training steps in an epoch.
    """
    with whole.distribute_strategy.scope():
        model = TrainedModel(whole.inputs, whole.outputs)
        model.steps = steps
        if averaging := parsed_specs(experiment)["averaging"]:
            model.averages = Averages(model, *averaging, steps * experiment.epochs)
        model.compile(make_optimizer(experiment, scheduled(experiment, rate, steps)), make_loss(experiment),
                      metrics=[make_accuracy(experiment)])
        # TensorFlow traces a step twice if the first one makes variables.
        model.optimizer.build(model.trainable_variables)
    return model


class Calls:
    """Training steps, as many in one call of TensorFlow as take some tenths of a second.

    Each call has a cost of its own, which is more than the training of a small network. Keras asks for one step at a
    time. The first of several that are due takes all of them, and the others return what it returned. The figures are
    those of one step per call, to the last digit.

    Args:
        model: the model to train; no call goes beyond the end of an epoch.
    """

    def __init__(self, model: TrainedModel) -> None:
        self._steps = self._left = model.steps
        self._count, self._ahead, self._logs = 1, 0, {}
        step = tf.function(model.train_step, reduce_retracing=True, autograph=False, jit_compile=model.jit_compile)

        def train(batches: Any, count: tf.Tensor) -> Logs:
            def one_more(done: tf.Tensor) -> tf.Tensor:
                model.distribute_strategy.run(step, args=(batches.get_next(),))
                return done + 1

            tf.while_loop(lambda done: done < count, one_more, [0], parallel_iterations=1)
            return model.get_metrics_result()

        self._train = tf.function(train, reduce_retracing=True, autograph=False)

    def __call__(self, batches: Any) -> Logs:
        """The means of the epoch so far, after the step that is due, and perhaps some more."""
        if not self._ahead:
            self._ahead = min(self._count, self._left)
            self._call(batches, self._ahead)
        self._ahead -= 1
        return self._logs

    def _call(self, batches: Any, count: int) -> None:
        began = time.perf_counter()
        self._logs = self._train(batches, tf.constant(count))
        # A GPU returns before it has computed; this waits for it.
        self._logs["loss"].numpy()
        seconds = time.perf_counter() - began
        self._left = self._left - count or self._steps
        # The first call compiles, so the number grows slowly.
        self._count = max(1, min(2 * count, int(count * CALL / seconds)))
