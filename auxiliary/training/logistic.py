"""A head fitted by logistic regression; the validation images choose how strongly its weights are regularised."""

import time

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.core.progress import track
from auxiliary.core.resources import check_memory
from auxiliary.networks.costs import OUTPUT
from auxiliary.training.callbacks import HISTORY
from auxiliary.training.fit import Fitted
from auxiliary.training.job import Job
from auxiliary.training.loss import class_weights
from auxiliary.training.regression import STRENGTHS, Labelled, choose_strength
from auxiliary.training.setup import TrainingSetup


def fit_logistic(job: Job, setup: TrainingSetup) -> Fitted:
    """Fit the final layer of a frozen experiment, and save the strengths that were tried.

    Of augmented training images all views are taken. An interrupted run starts again, for it takes seconds.

    Args:
        job: what to train.
        setup: its models; the final layer gets the weights.

    Raises:
        UserError: the features do not fit into memory.
    """
    began, experiment = time.perf_counter(), job.experiment
    views = experiment.views if experiment.augment else 1
    # In float32 and in float64, and once more while they are put together and standardised.
    check_memory(16 * views * len(job.train) * setup.trained.input_shape[-1], f"fitting {experiment.key} takes")
    train = _labelled(setup.batches(job.train, shuffle=False, augment=experiment.augment, seed=job.seed, epochs=views))
    val = _labelled(setup.batches(job.project.val, shuffle=False))
    tried = track(STRENGTHS, job.label, len(STRENGTHS), "strength")
    head, strengths = choose_strength(train, val, tried, class_weights(job))
    setup.trained.get_layer(OUTPUT).set_weights(head)
    job.run.save_history(pd.DataFrame(columns=[*HISTORY, "phase"]))
    job.run.save_strengths(strengths)
    return Fitted(pd.DataFrame(columns=HISTORY), time.perf_counter() - began, strengths)


def _labelled(batches: tf.data.Dataset) -> Labelled:
    features, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return Labelled(np.concatenate(features), np.concatenate(labels))
