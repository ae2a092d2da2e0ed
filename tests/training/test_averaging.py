from unittest.mock import Mock

import keras
import numpy as np
import pytest

from auxiliary.networks.averages import ExponentialAverage, Lookahead
from auxiliary.training.averaging import Averages, ShowAverages
from auxiliary.training.trained_model import TrainedModel

INPUTS, LABELS = np.eye(8, dtype="float32"), np.arange(8) % 2


def averaged(averaging, steps: int = 12) -> TrainedModel:
    """A compiled model with dropout's place taken by batch norm, whose statistics are weights too."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8,))
    outputs = keras.layers.Dense(2, "softmax")(keras.layers.BatchNormalization()(inputs))
    model = TrainedModel(inputs, outputs)
    model.averages, model.steps = Averages(model, averaging, steps), 1
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    return model


def step(model: TrainedModel) -> None:
    model.fit(INPUTS, LABELS, batch_size=8, shuffle=False, verbose=0)


def trained(averaging, steps: int = 12) -> tuple[TrainedModel, list[list[np.ndarray]]]:
    """A model after some steps, with its weights before the first and after each step, averages not shown."""
    model = averaged(averaging, steps)
    weights = [model.get_weights()]
    for _ in range(steps):
        step(model)
        weights.append(model.get_weights())
    return model, weights


def same(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    for value, expected in zip(one, other, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6)


def test_an_exponential_average_by_hand():
    model, weights = trained(ExponentialAverage(0.5))
    expected = weights[0]
    for step, values in enumerate(weights[1:], start=1):
        decay = min(0.5, (1 + step) / (10 + step))
        expected = [decay * average + (1 - decay) * value for average, value in zip(expected, values, strict=True)]
    model.averages.show()
    same(model.get_weights(), expected)


def test_an_average_does_not_change_training():
    _, weights = trained(ExponentialAverage(0.9))
    plain = averaged(ExponentialAverage(0.9))
    plain.averages = Mock()
    for expected in weights[1:]:
        step(plain)
        same(plain.get_weights(), expected)


def test_lookahead_sets_the_weights_to_the_average():
    model, weights = trained(Lookahead(every=5, decay=0.8), steps=10)
    model.averages.show()
    # After the last step the average and the weights are the same.
    same(model.get_weights(), weights[10])
    # The same steps without the fifth's average: its weights are the mean of the first ones and those of step 5.
    fast = averaged(ExponentialAverage(0.9))
    for _ in range(5):
        step(fast)
    decay = 0.8 * (5 / 10) ** 3
    same(weights[5], [decay * first + (1 - decay) * last
                      for first, last in zip(weights[0], fast.get_weights(), strict=True)])


def test_averages_are_shown_from_validation_to_the_next_epoch():
    model = averaged(ExponentialAverage(0.9), steps=8)
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda *_, **__: seen.append(("step", model.averages._shown)),
        on_test_end=lambda *_, **__: seen.append(("validation", model.averages._shown)),
        on_epoch_end=lambda *_, **__: seen.append(("end", model.averages._shown)))
    model.fit(INPUTS, LABELS, batch_size=8, epochs=2, validation_data=(INPUTS, LABELS), verbose=0,
              callbacks=[ShowAverages(model.averages), watch])
    assert seen == [("step", False), ("validation", True), ("end", True)] * 2


@pytest.mark.parametrize("averaging", [ExponentialAverage(0.7), Lookahead(3, 0.7)])
def test_state_and_weights_are_all_that_going_on_needs(averaging):
    whole, weights = trained(averaging)
    half = averaged(averaging)
    for _ in range(6):
        step(half)
    half.averages.show()
    other = averaged(averaging)
    other.set_weights(half.get_weights())
    other.averages.restore(half.averages.state)
    other.averages.hide()
    for _ in range(6):
        step(other)
    same(other.get_weights(), weights[-1])
    whole.averages.show()
    other.averages.show()
    same(other.get_weights(), whole.get_weights())
