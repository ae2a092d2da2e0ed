"""Training epoch by epoch: the callbacks, and the loop that they belong to."""

import time
from dataclasses import dataclass
from typing import Any

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.core.progress import Progress
from auxiliary.data.epochs import steps_per_epoch
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.divergence import StopAtDivergence, without_divergence
from auxiliary.training.job import Job
from auxiliary.training.optimizer import make_optimizer
from auxiliary.training.setup import TrainingSetup

HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds"]


class EpochSeeds(keras.callbacks.Callback):
    """Makes dropout a function of (seed, epoch, step), whatever was drawn before."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Seed every layer's generator."""
        generators = [layer.seed_generator for layer in self.model.layers if hasattr(layer, "seed_generator")]
        for number, generator in enumerate(generators):
            # The first word differs between seeds and layers, the second counts steps from the epoch's own start.
            generator.state.assign([(self._seed * 1_000_003 + number) % 2**32, epoch * 2**20 % 2**32])


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
        self._parents = [job.parent.run.history.assign(phase="parent")] if job.parent else []
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
        figures = without_divergence(logs)
        self._rows.append({"epoch": epoch + 1, **figures,
                           "learning_rate": float(self.model.optimizer.learning_rate),
                           "seconds": time.perf_counter() - self._began})
        self._save()
        self._progress.advance(note=f"validation accuracy {figures['val_accuracy']:.3f}")

    def _save(self) -> None:
        own = self.history.assign(phase="own")
        self._job.run.save_history(pd.concat([*self._parents, own], ignore_index=True) if self._parents else own)


class CheckpointWriter(keras.callbacks.Callback):
    """Writes a checkpoint after every epoch."""

    def __init__(self, job: Job, writer: HistoryWriter, stopping: EarlyStopping | None = None) -> None:
        super().__init__()
        self._run, self._writer, self._stopping = job.run, writer, stopping
        self._recipe = job.run.recipe

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Save the state of training."""
        Checkpoint(
            run=self._run.id, recipe=self._recipe, history=self._writer.history, stopped=self.model.stop_training,
            weights=self.model.get_weights(),
            optimizer=[variable.numpy() for variable in self.model.optimizer.variables],
            patience=self._stopping.state if self._stopping else {},
            best=self._stopping.best_weights if self._stopping else [],
        ).save(self._run.checkpoint)


@dataclass(frozen=True)
class Fitted:
    """A finished training.

    Attributes:
        history: one row per epoch: epoch (from 1), accuracy and val_accuracy (0 to 1), loss and val_loss (nats),
            learning_rate, seconds. It ends with the epoch that diverged, whose figures are NaN.
        seconds: wall-clock time, with the features of a frozen backbone that had to be computed.
    """

    history: pd.DataFrame
    seconds: float


def fit(job: Job, setup: TrainingSetup, checkpoint: Checkpoint | None = None) -> Fitted:
    """Compile and train a model, and save its history and a checkpoint after every epoch.

    Args:
        job: what to train; the history in its run's folder begins with that of its parent.
        setup: its models.
        checkpoint: where an interrupted run goes on; its epochs are not trained again.
    """
    began, model, experiment = time.perf_counter(), setup.trained, job.experiment
    steps = steps_per_epoch(len(job.train), experiment.batch_size)
    model.compile(make_optimizer(experiment, steps), "sparse_categorical_crossentropy", metrics=["accuracy"])
    done = checkpoint.epochs if checkpoint else 0
    train, val = _batches(job, setup, first_epoch=done)
    with Progress(job.label, experiment.epochs, "epoch", start=done) as progress:
        writer = HistoryWriter(job, progress, checkpoint)
        stopping = [EarlyStopping(experiment.patience, checkpoint)] if experiment.patience else []
        if checkpoint:
            restore(model, checkpoint)
        # The checkpoint holds whether training stops, and the history, so it is written after both.
        model.fit(train, validation_data=val, initial_epoch=done, steps_per_epoch=steps, shuffle=False, verbose=0,
                  epochs=done if checkpoint and checkpoint.stopped else experiment.epochs,
                  callbacks=[EpochSeeds(job.seed), *stopping, StopAtDivergence(), writer,
                             CheckpointWriter(job, writer, *stopping)])
    earlier = checkpoint.history["seconds"].sum() if checkpoint else 0
    return Fitted(writer.history, time.perf_counter() - began + earlier)


def _batches(job: Job, setup: TrainingSetup, first_epoch: int) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """Training batches without end, and validation batches."""
    # An experiment that trains nothing has `augment` for its test images only.
    augment = job.experiment.augment if job.experiment.epochs else ""
    train = setup.batches(job.train, shuffle=True, augment=augment, seed=job.seed, epochs=None,
                          first_epoch=first_epoch)
    return train, setup.batches(job.project.val, shuffle=False)


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Give a compiled model the weights and the optimiser's state of a checkpoint."""
    model.set_weights(checkpoint.weights)
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
        variable.assign(value)
