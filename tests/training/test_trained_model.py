from unittest.mock import patch

import keras
import numpy as np
import pytest
import tensorflow as tf

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.networks.averages import ExponentialAverage
from auxiliary.networks.build import build_scratch
from auxiliary.training import trained_model
from auxiliary.training.averaging import Averages, ShowAverages
from auxiliary.training.fused_optimizers import FusedAdam
from auxiliary.training.optimizer import ScheduledRate
from auxiliary.training.trained_model import TrainedModel, compiled

IMAGES = np.random.default_rng(0).random((50, 6, 6, 3), "float32")
LABELS = np.arange(50) % 3
# Of eight images; the last one of an epoch has two.
STEPS, EPOCHS = 7, 3


def batches() -> tf.data.Dataset:
    """All epochs in one, without end, as training gets them."""
    return tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(8).repeat()


def fitted(seconds: float, callbacks: tuple[keras.callbacks.Callback, ...] = ()) -> tuple[TrainedModel, dict]:
    """A model after some epochs with calls of at least so many seconds, and its history."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6, 6, 3))
    outputs = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(inputs))
    outputs = keras.layers.Dropout(0.3, seed=1)(keras.layers.Flatten()(outputs))
    model = TrainedModel(inputs, keras.layers.Dense(3, "softmax")(outputs))
    model.averages, model.steps = Averages(model, ExponentialAverage(0.9), STEPS * EPOCHS), STEPS
    model.compile(FusedAdam(ScheduledRate(np.linspace(0.01, 0.001, STEPS * EPOCHS))), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    with patch.object(trained_model, "CALL", seconds):
        history = model.fit(batches(), steps_per_epoch=STEPS, epochs=EPOCHS, verbose=0, shuffle=False,
                            validation_data=batches().take(STEPS),
                            callbacks=[ShowAverages(model.averages), *callbacks])
    return model, history.history


def test_several_steps_in_a_call_give_the_same_digits():
    one, history = fitted(0)
    several, other = fitted(1000)
    assert history == other
    for value, expected in zip(several.get_weights(), one.get_weights(), strict=True):
        np.testing.assert_array_equal(value, expected)
    for value, expected in zip(several.averages.state, one.averages.state, strict=True):
        np.testing.assert_array_equal(value, expected)
    assert int(several.optimizer.iterations) == STEPS * EPOCHS


@pytest.mark.parametrize(("seconds", "expected"), [
    (0, [1] * STEPS * EPOCHS),
    # It doubles, and no call goes beyond the end of an epoch.
    (1000, [1, 2, 4] + [7] * (EPOCHS - 1))])
def test_calls_end_with_the_epoch(seconds, expected):
    counts, call = [], trained_model.Calls._call

    def counted(self, iterator, count):
        counts.append(count)
        call(self, iterator, count)

    with patch.object(trained_model.Calls, "_call", counted):
        fitted(seconds)
    assert counts == expected


def test_callbacks_see_every_step_and_whole_epochs():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append(step if "loss" in logs else None),
        on_epoch_end=lambda _, logs: seen.append(sorted(logs)))
    fitted(1000, (watch,))
    assert seen == [*range(STEPS), ["accuracy", "loss", "val_accuracy", "val_loss"]] * EPOCHS


@pytest.mark.parametrize(("smoothing", "labels"), [(0, LABELS), (0.1, np.eye(3)[LABELS])])
def test_a_step_is_traced_once(smoothing, labels):
    experiment = ScratchExperiment(model_id="m", key="m", learning_rate=0.1, epochs=1, image_size=6, net="gap",
                                   label_smoothing=smoothing)
    model = compiled(build_scratch(experiment, 3), experiment, 0.1, STEPS)
    data = tf.data.Dataset.from_tensor_slices((IMAGES, labels)).batch(8).repeat()
    with patch.object(TrainedModel, "train_step", autospec=True, side_effect=TrainedModel.train_step) as traced:
        history = model.fit(data, steps_per_epoch=STEPS, verbose=0, shuffle=False).history
    assert (traced.call_count, sorted(history)) == (1, ["accuracy", "loss"])
