"""Trains a model epoch by epoch."""

import time
from typing import Any

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.progress import Progress
from auxiliary.training.run_folder import Run

HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds"]


def fit(model: keras.Model, train: tf.data.Dataset, val: tf.data.Dataset, *, epochs: int, steps: int, seed: int,
        patience: int, run: Run, earlier: pd.DataFrame | None, label: str) -> pd.DataFrame:
    """Train a compiled model and keep its history as it grows.

    Args:
        model: compiled, with the metric `accuracy`.
        train: training batches without end.
        val: validation batches.
        epochs: how many epochs to train at most.
        steps: batches an epoch.
        seed: of dropout.
        patience: epochs in a row without a lower validation loss after which to stop; the weights of the lowest
            are kept. 0 trains to the end and keeps the last.
        run: where the history is kept, behind `earlier`.
        earlier: the history of the run that this one goes on from, if any.
        label: what the bar says.

    Returns:
        A row an epoch: epoch (from 1), accuracy, loss, val_accuracy, val_loss, learning_rate, seconds.
    """
    with Progress(label, epochs, "epoch") as progress:
        journal = Journal(run, earlier, progress)
        callbacks = [EpochSeeds(seed), journal]
        if patience:
            callbacks.append(keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True))
        model.fit(train, validation_data=val, epochs=epochs, steps_per_epoch=steps, shuffle=False, verbose=0,
                  callbacks=callbacks)
    return journal.history


class EpochSeeds(keras.callbacks.Callback):
    """Makes what dropout drops a function of (seed, epoch, step), whatever was drawn before."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start every layer's generator anew."""
        generators = [layer.seed_generator for layer in self.model.layers if hasattr(layer, "seed_generator")]
        for number, generator in enumerate(generators):
            # The first word tells seeds and layers apart, the second counts steps from the epoch's own start.
            generator.state.assign([(self._seed * 1_000_003 + number) % 2**32, epoch * 2**20 % 2**32])


class Journal(keras.callbacks.Callback):
    """Keeps a row an epoch, and shows how far along the training is."""

    def __init__(self, run: Run, earlier: pd.DataFrame | None, progress: Progress) -> None:
        super().__init__()
        self._run, self._earlier, self._progress = run, earlier, progress
        self._rows: list[dict[str, float]] = []
        self._began = 0.0
        self._save()

    @property
    def history(self) -> pd.DataFrame:
        """The epochs so far."""
        return pd.DataFrame(self._rows, columns=HISTORY)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Look at the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the epoch down."""
        figures = {name: float(logs[name]) for name in ("accuracy", "loss", "val_accuracy", "val_loss")}
        self._rows.append({"epoch": epoch + 1, **figures,
                           "learning_rate": float(self.model.optimizer.learning_rate),
                           "seconds": time.perf_counter() - self._began})
        self._save()
        self._progress.advance(note=f"validation accuracy {figures['val_accuracy']:.3f}")

    def _save(self) -> None:
        own = self.history.assign(phase="own")
        parents = [] if self._earlier is None else [self._earlier.assign(phase="parent")]
        self._run.save_history(pd.concat([*parents, own], ignore_index=True) if parents else own)
