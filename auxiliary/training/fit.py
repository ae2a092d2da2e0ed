"""Trains a model epoch by epoch."""

import time
from typing import Any

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.core.progress import Progress
from auxiliary.runs.run import Run
from auxiliary.training.checkpoint import Checkpoint

HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds"]


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


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, which can go on where a checkpoint left it."""

    STATE = ("wait", "best", "best_epoch")

    def __init__(self, patience: int, checkpoint: Checkpoint | None) -> None:
        super().__init__("val_loss", patience=patience, restore_best_weights=True)
        self._checkpoint = checkpoint

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start from nothing, as Keras does, or from the checkpoint."""
        super().on_train_begin(logs)
        if self._checkpoint:
            vars(self).update(self._checkpoint.patience)
            self.best_weights = self._checkpoint.best

    @property
    def state(self) -> dict[str, Any]:
        """All but the weights that are to be kept."""
        return {name: getattr(self, name) for name in self.STATE}


class Journal(keras.callbacks.Callback):
    """Keeps a row an epoch, and shows how far along the training is."""

    def __init__(self, run: Run, earlier: pd.DataFrame | None, progress: Progress,
                 checkpoint: Checkpoint | None = None) -> None:
        super().__init__()
        self._run, self._earlier, self._progress = run, earlier, progress
        self._rows = checkpoint.history.to_dict("records") if checkpoint else []
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


class Checkpoints(keras.callbacks.Callback):
    """Writes a checkpoint after every epoch."""

    def __init__(self, run: Run, journal: Journal, stopping: EarlyStopping | None = None) -> None:
        super().__init__()
        self._run, self._journal, self._stopping = run, journal, stopping

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Write down all that the epochs so far have come to."""
        Checkpoint(
            history=self._journal.history, stopped=self.model.stop_training, weights=self.model.get_weights(),
            optimizer=[variable.numpy() for variable in self.model.optimizer.variables],
            patience=self._stopping.state if self._stopping else {},
            best=self._stopping.best_weights if self._stopping else [],
        ).save(self._run.checkpoint)


def fit(model: keras.Model, train: tf.data.Dataset, val: tf.data.Dataset, *, epochs: int, steps: int, seed: int,
        patience: int, run: Run, earlier: pd.DataFrame | None, label: str,
        checkpoint: Checkpoint | None = None) -> pd.DataFrame:
    """Train a compiled model, keeping its history and a checkpoint after every epoch.

    Args:
        model: compiled, with the metric `accuracy`.
        train: training batches without end, from the first epoch to train on.
        val: validation batches.
        epochs: how many epochs to train at most, those of the checkpoint among them.
        steps: batches an epoch.
        seed: of dropout.
        patience: epochs in a row without a lower validation loss after which to stop; the weights of the lowest
            are kept. 0 trains to the end and keeps the last.
        run: where the history is kept, behind `earlier`, and the checkpoints.
        earlier: the history of the run that this one goes on from, if any.
        label: what the bar says.
        checkpoint: where a run that was broken off goes on; its epochs are not trained again.

    Returns:
        A row an epoch: epoch (from 1), accuracy, loss, val_accuracy, val_loss, learning_rate, seconds.
    """
    done = checkpoint.epochs if checkpoint else 0
    with Progress(label, epochs, "epoch", start=done) as progress:
        journal = Journal(run, earlier, progress, checkpoint)
        stopping = [EarlyStopping(patience, checkpoint)] if patience else []
        if checkpoint:
            restore(model, checkpoint)
        # Early stopping comes before what writes down its state, and the history before the checkpoint.
        model.fit(train, validation_data=val, initial_epoch=done, steps_per_epoch=steps, shuffle=False, verbose=0,
                  epochs=done if checkpoint and checkpoint.stopped else epochs,
                  callbacks=[EpochSeeds(seed), *stopping, journal, Checkpoints(run, journal, *stopping)])
    return journal.history


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Give a compiled model the weights and the optimiser's state of a checkpoint."""
    model.set_weights(checkpoint.weights)
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
        variable.assign(value)
