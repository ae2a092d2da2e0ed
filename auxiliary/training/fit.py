"""Trains a model epoch by epoch."""

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.progress import Progress
from auxiliary.training.callbacks import Checkpoints, EarlyStopping, EpochSeeds, Journal
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.run_folder import Run


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
