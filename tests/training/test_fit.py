import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from auxiliary.runs.run import Run
from auxiliary.training.fit import EpochSeeds, fit

PAIRS = tf.data.Dataset.from_tensor_slices((np.eye(8, dtype="float32"), np.arange(8) % 2)).batch(4)


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5), keras.layers.Dropout(0.5),
                              keras.layers.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def masks(model, seed: int, epoch: int) -> list[np.ndarray]:
    """What each dropout layer lets through in the first two steps of an epoch."""
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


def test_the_history_grows_behind_that_of_the_parent(model, tmp_path):
    run = Run(tmp_path / "run")
    earlier = pd.DataFrame({"epoch": [1, 2], "accuracy": 0.5, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0,
                            "learning_rate": 0.1, "seconds": 1.0, "phase": "own"})
    history = fit(model, PAIRS.repeat(), PAIRS, epochs=3, steps=2, seed=0, patience=0, run=run, earlier=earlier,
                  label="m")
    assert history["epoch"].tolist() == [1, 2, 3]
    assert run.history["phase"].tolist() == ["parent", "parent", "own", "own", "own"]
    pd.testing.assert_frame_equal(run.history.iloc[2:, :-1].reset_index(drop=True), history)


def test_what_was_trained_before_an_error_is_kept(model, tmp_path):
    def breaks(index):
        if index >= 5:
            raise ValueError("the disk is gone")
        return index

    run = Run(tmp_path / "run")
    train = PAIRS.repeat().enumerate().map(
        lambda index, pair: (pair[0] + 0 * tf.cast(tf.numpy_function(breaks, [index], tf.int64), tf.float32), pair[1]))
    train = train.map(lambda x, y: (tf.ensure_shape(x, (None, 8)), y))
    with pytest.raises(tf.errors.InvalidArgumentError, match="the disk is gone"):
        fit(model, train, PAIRS, epochs=4, steps=2, seed=0, patience=0, run=run, earlier=None, label="m")
    assert run.history["epoch"].tolist() == [1, 2]
    assert not run.finished


@pytest.mark.parametrize(("epochs", "patience"), [(50, 3), (5, 10)])
def test_the_weights_of_the_lowest_validation_loss_are_kept(model, tmp_path, epochs, patience):
    # What is learned is wrong for the validation images, so that an early epoch is the best.
    wrong = PAIRS.map(lambda x, y: (x, 1 - y))
    history = fit(model, PAIRS.repeat(), wrong, epochs=epochs, steps=2, seed=0, patience=patience,
                  run=Run(tmp_path / "run"), earlier=None, label="m")
    best = int(history["val_loss"].argmin())
    assert best < 3
    assert len(history) == min(best + 1 + patience, epochs)
    assert model.evaluate(wrong, verbose=0)[0] == pytest.approx(history["val_loss"][best], rel=1e-5)
