"""What the sides have in common: the network, the clock, and how they say what they measured."""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

SEED = int(os.environ.get("SEED", "0"))
SIZE, EPOCHS, STEPS = 224, 2, 30
NET = ("conv(16) | pool | conv(32) | pool | conv(64) | pool | conv(128) | pool | flatten | dense(256) "
       "| dropout(0.5)")


def conv4(keras, classes: int) -> list:
    """`NET` in plain Keras."""
    layers = [layer for width in (16, 32, 64, 128)
              for layer in (keras.layers.Conv2D(width, 3, padding="same", activation="relu"),
                            keras.layers.MaxPooling2D())]
    return [*layers, keras.layers.Flatten(), keras.layers.Dense(256, "relu"), keras.layers.Dropout(0.5),
            keras.layers.Dense(classes, "softmax")]


def experiment_of(profile: str, key: str):
    """An experiment from scratch of a profile."""
    from auxiliary.config.loader import load_profile

    return next(each for each in load_profile(profile).scratch if each.key == key)


def seconds(work) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def batch_of(count: int, side: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images of noise, (count, side, side, 3) float32 in 0..255, and int64 labels."""
    rng = np.random.default_rng(0)
    return rng.random((count, side, side, 3), "float32") * 255, rng.integers(0, classes, count)


def new_folder() -> Path:
    """A folder to write to, which stays until everything is measured.

    ext4 passes over the numbers of files removed in the last minutes, one by one: with thousands of them a new file
    took 0.7 ms instead of 0.03, whoever wrote it.
    """
    return Path(tempfile.mkdtemp(dir="."))


def epochs_of(epoch) -> float:
    """The median time of some epochs, after one in which everything is made ready."""
    epoch()
    return statistics.median(seconds(epoch) for _ in range(EPOCHS))


def say(took: float, right: list[bool] = (), **versions: str) -> None:
    """Print what was measured, as `measure` reads it; `right` is of each validation image, if that was asked."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    print(json.dumps({"seconds": took, "right": list(right), "versions": named}))
