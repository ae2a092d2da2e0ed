from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.runs.run import Run
from auxiliary.training.callbacks import EpochSeeds
from auxiliary.training.fit import fit
from auxiliary.training.setup import TrainingSetup

PAIRS = tf.data.Dataset.from_tensor_slices((np.eye(8, dtype="float32"), np.arange(8) % 2)).batch(4)


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5), keras.layers.Dropout(0.5),
                             keras.layers.Dense(2, "softmax")])


@pytest.fixture
def train(model, tmp_path):
    """Trains the model on pairs of numbers: `train(epochs=3)`; its run is in `tmp_path / "run"`."""
    def run(train=None, val=PAIRS, parent=None, **settings):
        experiment = ScratchExperiment(model_id="m", key="m", learning_rate=0.01, net="gap", optimizer="sgd",
                                       batch_size=4, **settings)
        # `fit` needs no images of them, only how many there are.
        job = SimpleNamespace(experiment=experiment, seed=0, label="m", run=Run(tmp_path / "run"), start=parent,
                              epochs=experiment.epochs, learning_rate=0.01, train=range(8),
                              project=SimpleNamespace(val=range(8)))
        job.run.begin({})
        batches = train or PAIRS.repeat()
        return fit(job, TrainingSetup(model, model, lambda _, shuffle, **__: batches if shuffle else val)).history

    return run


def masks(model, seed: int, epoch: int) -> list[np.ndarray]:
    """The masks of each dropout layer in the first two steps of an epoch."""
    callback = EpochSeeds(seed)
    callback.set_model(model)
    callback.on_epoch_begin(epoch)
    ones = np.ones((4, 8), "float32")
    return [np.asarray(layer(ones, training=True)) for layer in model.layers[:2] for _ in range(2)]


def test_dropout_is_a_function_of_seed_and_epoch(model):
    first = masks(model, seed=3, epoch=5)
    model(np.ones((1, 8), "float32"), training=True)        # whatever was drawn before
    np.testing.assert_array_equal(masks(model, seed=3, epoch=5), first)


def test_dropout_differs_between_seeds_epochs_steps_and_layers(model):
    drawn = [*masks(model, seed=3, epoch=5), *masks(model, seed=3, epoch=6), *masks(model, seed=4, epoch=5)]
    assert len({mask.tobytes() for mask in drawn}) == len(drawn)


def test_the_history_grows_behind_that_of_the_parent(train, tmp_path):
    earlier = pd.DataFrame({"epoch": [1, 2], "accuracy": 0.5, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0,
                            "learning_rate": 0.1, "seconds": 1.0, "phase": "own"})
    history = train(epochs=3, parent=SimpleNamespace(run=SimpleNamespace(history=earlier)))
    assert history["epoch"].tolist() == [1, 2, 3]
    saved = Run(tmp_path / "run").history
    assert saved["phase"].tolist() == ["parent", "parent", "own", "own", "own"]
    pd.testing.assert_frame_equal(saved.iloc[2:, :-1].reset_index(drop=True), history)


def test_what_was_trained_before_an_error_is_saved(train, tmp_path):
    def breaks(index):
        if index >= 5:
            raise ValueError("the disk is gone")
        return index

    broken = PAIRS.repeat().enumerate().map(
        lambda index, pair: (pair[0] + 0 * tf.cast(tf.numpy_function(breaks, [index], tf.int64), tf.float32), pair[1]))
    broken = broken.map(lambda x, y: (tf.ensure_shape(x, (None, 8)), y))
    with pytest.raises(tf.errors.InvalidArgumentError, match="the disk is gone"):
        train(broken, epochs=4)
    run = Run(tmp_path / "run")
    assert run.history["epoch"].tolist() == [1, 2]
    assert not run.finished


@pytest.mark.parametrize(("epochs", "patience"), [(50, 3), (5, 10)])
def test_the_weights_of_the_lowest_validation_loss_are_kept(model, train, epochs, patience):
    # What is learned is wrong for the validation images, so that an early epoch is the best.
    wrong = PAIRS.map(lambda x, y: (x, 1 - y))
    history = train(val=wrong, epochs=epochs, patience=patience)
    best = int(history["val_loss"].argmin())
    assert best < 3
    assert len(history) == min(best + 1 + patience, epochs)
    model.compile(loss="sparse_categorical_crossentropy")
    assert model.evaluate(wrong, verbose=0) == pytest.approx(history["val_loss"][best], rel=1e-5)
