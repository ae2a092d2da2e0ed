"""The callbacks of a training: seeds of each epoch, early stopping, the history, and checkpoints."""

import time
from typing import Any

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.core.progress import Progress
from auxiliary.training.averaging import Averages
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.divergence import without_divergence
from auxiliary.training.job import Job

HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds"]
ACCURACIES = ("accuracy", "val_accuracy")
DIGITS = 7    # that float32 has from 0 to 1


def epoch_figures(logs: dict[str, Any]) -> dict[str, float]:
    """The figures of an epoch from Keras's logs: those of `without_divergence`, the accuracies without noise.

    Keras divides in float32. In seven digits its 0.92650002 is 0.9265 again, the float64 that `results.csv` has: both
    are then shown as the same three digits.
    """
    figures = without_divergence(logs)
    return figures | {name: round(figures[name], DIGITS) for name in ACCURACIES}


class EpochSeeds(keras.callbacks.Callback):
    """Makes dropout a function of (seed, epoch, step), whatever was drawn before."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Seed every layer's generator."""
        seed_dropout(self.model, self._seed, epoch)


def seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Seed the generators of a model's layers for an epoch."""
    generators = [layer.seed_generator for layer in model.layers if hasattr(layer, "seed_generator")]
    for number, generator in enumerate(generators):
        # The first word differs between seeds and layers, the second counts steps from the epoch's own start.
        generator.state.assign([(seed * 1_000_003 + number) % 2**32, epoch * 2**20 % 2**32])


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping, which can go on from a checkpoint."""

    STATE = ("wait", "best", "best_epoch")

    def __init__(self, patience: int, checkpoint: Checkpoint | None) -> None:
        super().__init__("val_loss", patience=patience, restore_best_weights=True)
        self._checkpoint = checkpoint

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Reset the counters, as Keras does, then take over those of the checkpoint."""
        super().on_train_begin(logs)
        if self._checkpoint:
            vars(self).update(self._checkpoint.patience)
            self.best_weights = self._checkpoint.best

    @property
    def state(self) -> dict[str, Any]:
        """The counters, without the best weights."""
        return {name: getattr(self, name) for name in self.STATE}


class HistoryWriter(keras.callbacks.Callback):
    """Saves the history after every epoch, and advances the progress bar."""

    def __init__(self, job: Job, progress: Progress, checkpoint: Checkpoint | None = None) -> None:
        super().__init__()
        self._job, self._progress = job, progress
        self._parents = [job.start.run.history.assign(phase="parent")] if job.start else []
        self._rows = checkpoint.history.to_dict("records") if checkpoint else []
        self._began = 0.0
        self._save()

    @property
    def history(self) -> pd.DataFrame:
        """The epochs so far."""
        return pd.DataFrame(self._rows, columns=HISTORY)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start the epoch's clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add the epoch's row."""
        figures = epoch_figures(logs)
        self._rows.append({"epoch": epoch + 1, **figures,
                           "learning_rate": float(tf.convert_to_tensor(self.model.optimizer.learning_rate)),
                           "seconds": time.perf_counter() - self._began})
        self._save()
        kind, name = ("training", "accuracy") if self._job.experiment.refit else ("validation", "val_accuracy")
        self._progress.advance(note=f"{kind} accuracy {figures[name]:.3f}")

    def _save(self) -> None:
        own = self.history.assign(phase="own")
        self._job.run.save_history(pd.concat([*self._parents, own], ignore_index=True) if self._parents else own)


class CheckpointWriter(keras.callbacks.Callback):
    """Writes a checkpoint after every epoch."""

    def __init__(self, job: Job, writer: HistoryWriter, stopping: EarlyStopping | None,
                 averages: Averages | None) -> None:
        super().__init__()
        self._run, self._writer, self._stopping, self._averages = job.run, writer, stopping, averages
        self._recipe = job.run.recipe

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Save the state of training."""
        Checkpoint(
            run=self._run.id, recipe=self._recipe, history=self._writer.history, stopped=self.model.stop_training,
            weights=self.model.get_weights(),
            optimizer=[variable.numpy() for variable in self.model.optimizer.variables],
            patience=self._stopping.state if self._stopping else {},
            best=self._stopping.best_weights if self._stopping else [],
            averages=self._averages.state if self._averages else [],
        ).save(self._run.checkpoint)
