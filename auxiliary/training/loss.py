"""The loss of an experiment: cross-entropy, with smoothed labels and weighted classes where it asks for them.

The accuracy is of the same labels.
"""

import keras
import numpy as np

from auxiliary.config.experiment import Experiment
from auxiliary.data.augmentation.registry import mixes
from auxiliary.project.specs import parsed_specs
from auxiliary.training.job import Job


def make_loss(experiment: Experiment) -> keras.losses.Loss:
    """The mean cross-entropy in nats; of labels as `takes_shares` says."""
    if takes_shares(experiment):
        return keras.losses.CategoricalCrossentropy(label_smoothing=experiment.label_smoothing)
    return keras.losses.SparseCategoricalCrossentropy()


def make_accuracy(experiment: Experiment) -> keras.metrics.Metric:
    """The share of images told right; its variables are there at once."""
    kind = keras.metrics.CategoricalAccuracy if takes_shares(experiment) else keras.metrics.SparseCategoricalAccuracy
    return kind(name="accuracy")


def takes_shares(experiment: Experiment) -> bool:
    """Whether labels are the shares of all classes, (N, classes), in place of one number per image."""
    return experiment.label_smoothing > 0 or mixes(parsed_specs(experiment)["augment"])


def class_weights(job: Job) -> dict[int, float] | None:
    """How much an image of each class counts, by label; None where all count alike.

    With `balanced` that is N / (classes * images of the class), so that all classes count alike and the mean is 1.
    """
    if job.experiment.class_weight == "none":
        return None
    counts = np.bincount(job.train["label"], minlength=len(job.project.categories))
    return dict(enumerate((counts.sum() / (len(counts) * counts)).tolist()))
