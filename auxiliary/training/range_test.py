"""The learning-rate range test: a few steps of training at rising rates, after which nothing is left of it."""

import numpy as np
import pandas as pd

from auxiliary.core.errors import Diverged
from auxiliary.core.progress import notify, track
from auxiliary.networks.rates import is_over, suggested_rate, tried_rates
from auxiliary.training.batches import training_batches
from auxiliary.training.callbacks import seed_dropout
from auxiliary.training.job import Job
from auxiliary.training.loss import class_weights, make_loss
from auxiliary.training.optimizer import ScheduledRate, make_optimizer
from auxiliary.training.setup import TrainingSetup


def range_test(job: Job, setup: TrainingSetup) -> pd.DataFrame:
    """Train for up to 100 steps at rates from 1e-6 to 10, until the loss rises, and give the weights back.

    The batches are those of the first epochs, so that the same job always finds the same rate.

    Args:
        job: what is to be trained.
        setup: its models, with the weights that training begins with.

    Returns:
        One row per step, with `rate` and `loss` (nats, of that step's batch).

    Raises:
        Diverged: no loss is finite, not even at the lowest rate.
    """
    model, experiment, rates = setup.trained, job.experiment, tried_rates()
    before = model.get_weights()
    seed_dropout(model, job.seed, epoch=0)
    model.compile(make_optimizer(experiment, ScheduledRate(rates)), make_loss(experiment))
    weights, losses = class_weights(job), []
    batches = training_batches(job, setup).take(len(rates)).as_numpy_iterator()
    for images, labels in track(batches, f"{job.label}: learning rates", len(rates)):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(images, labels, class_weight=weights)))
        if is_over(np.array(losses)):
            break
    model.set_weights(before)
    if not np.isfinite(losses[0]):
        raise Diverged(f"the loss of {job.name} is no finite number even at a learning rate of {rates[0]:g}")
    table = pd.DataFrame({"rate": rates[:len(losses)], "loss": losses})
    notify(f"{job.label}: the range test suggests a learning rate of {suggested_rate(table):g}")
    return table
