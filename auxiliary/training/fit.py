"""Training epoch by epoch."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from auxiliary.core.progress import Progress
from auxiliary.data.epochs import steps_per_epoch
from auxiliary.training.averaging import ShowAverages
from auxiliary.training.batches import training_batches, validation_batches
from auxiliary.training.callbacks import CheckpointWriter, EarlyStopping, EpochSeeds, HistoryWriter
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.divergence import StopAtDivergence
from auxiliary.training.job import Job
from auxiliary.training.loss import class_weights
from auxiliary.training.setup import TrainingSetup
from auxiliary.training.trained_model import TrainedModel, compiled


@dataclass(frozen=True)
class Fitted:
    """A finished training.

    Attributes:
        history: one row per epoch: epoch (from 1), accuracy and val_accuracy (0 to 1), loss and val_loss (nats),
            learning_rate, seconds. It ends with the epoch that diverged, whose figures are NaN.
        seconds: wall-clock time, with the features of a frozen backbone that had to be computed.
        strengths: those that a logistic regression tried, see `auxiliary.training.logistic`; None for any other
            training.
    """

    history: pd.DataFrame
    seconds: float
    strengths: pd.DataFrame | None = None

    @property
    def last(self) -> Mapping[str, float]:
        """The `accuracy` and the `loss` of the training images at the end; NaN where nothing was trained."""
        ends = self.history.iloc[-1:] if self.strengths is None else self.strengths[self.strengths["chosen"]]
        return ends.iloc[0] if len(ends) else {"accuracy": math.nan, "loss": math.nan}


def fit(job: Job, setup: TrainingSetup, checkpoint: Checkpoint | None = None) -> Fitted:
    """Compile and train a model, and save its history and a checkpoint after every epoch.

    Args:
        job: what to train; the history in its run's folder begins with that of its parent.
        setup: its models.
        checkpoint: where an interrupted run goes on; its epochs are not trained again.
    """
    began, experiment = time.perf_counter(), job.experiment
    steps = steps_per_epoch(len(job.train), experiment.batch_size)
    model = compiled(setup.trained, experiment, job.learning_rate, steps)
    averages = model.averages
    done = checkpoint.epochs if checkpoint else 0
    train, val = training_batches(job, setup, first_epoch=done), validation_batches(job, setup)
    with Progress(job.label, job.epochs, "epoch", start=done) as progress:
        writer = HistoryWriter(job, progress, checkpoint)
        stopping = EarlyStopping(experiment.patience, checkpoint) if experiment.patience and val else None
        if checkpoint:
            restore(model, checkpoint)
        callbacks = [EpochSeeds(job.seed), averages and ShowAverages(averages), stopping, StopAtDivergence(), writer,
                     # It holds whether training stops, and the history, so it is written after both.
                     CheckpointWriter(job, writer, stopping, averages)]
        model.fit(train, validation_data=val, initial_epoch=done, steps_per_epoch=steps, shuffle=False, verbose=0,
                  epochs=done if checkpoint and checkpoint.stopped else job.epochs,
                  class_weight=class_weights(job), callbacks=[each for each in callbacks if each])
    earlier = checkpoint.history["seconds"].sum() if checkpoint else 0
    return Fitted(writer.history, time.perf_counter() - began + earlier)


def restore(model: TrainedModel, checkpoint: Checkpoint) -> None:
    """Give a compiled model the weights and the optimiser's state of a checkpoint, and its averages theirs."""
    model.set_weights(checkpoint.weights)
    for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
        variable.assign(value)
    if model.averages:
        model.averages.restore(checkpoint.averages)
