"""The batches that an experiment is trained and validated on."""

import tensorflow as tf

from auxiliary.training.job import Job
from auxiliary.training.loss import takes_shares
from auxiliary.training.setup import TrainingSetup


def training_batches(job: Job, setup: TrainingSetup, first_epoch: int = 0) -> tf.data.Dataset:
    """Batches of the training images for `setup.trained`, in the order and with the augmentation of a run, without end.

    Args:
        job: what is trained.
        setup: its models.
        first_epoch: number of the first epoch, from 0.
    """
    experiment = job.experiment
    sizes = {"sizes": experiment.size_of_epoch} if getattr(experiment, "sizes", ()) else {}
    # An experiment that trains nothing has `augment` for its test images only.
    return setup.batches(job.train, shuffle=True, augment=experiment.augment if experiment.epochs else "",
                         seed=job.seed, epochs=None, first_epoch=first_epoch, **_labels(job), **sizes)


def validation_batches(job: Job, setup: TrainingSetup) -> tf.data.Dataset | None:
    """Batches of the validation images, which have the full size in every epoch; None for a refit."""
    return None if job.experiment.refit else setup.batches(job.project.val, shuffle=False, **_labels(job))


def _labels(job: Job) -> dict[str, int]:
    """The argument that makes labels shares of all classes, where the loss takes those."""
    return {"classes": len(job.project.categories)} if takes_shares(job.experiment) else {}
