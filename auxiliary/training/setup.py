"""An experiment's models, and the batches that they take."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.config.profile import ScratchExperiment
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.views import View, views_of
from auxiliary.evaluation.predict import predict
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.training.features import FeatureExtractor, feature_batches
from auxiliary.training.job import Job


@dataclass(frozen=True)
class TrainingSetup:
    """All that training needs besides the images.

    Attributes:
        model: the whole model, from images to probabilities; it is the one that is saved.
        trained: the model that is trained: the whole model, or a head that shares its layers.
        batches: makes batches for `trained` from a table of images; takes the keyword arguments `shuffle`,
            `augment`, `seed`, `first_epoch` and `epochs` of `mk_tf_dataset`.
        extractor: computes the cached features of a frozen experiment; None for all others.
    """

    model: keras.Model
    trained: keras.Model
    batches: Callable[..., tf.data.Dataset]
    extractor: FeatureExtractor | None = None


def build_setup(job: Job) -> TrainingSetup:
    """Build the models of an experiment, with its parent's weights where it has a parent.

    A frozen backbone does not run in every epoch: its head is trained on features that are computed once.
    """
    setup = _scratch(job) if isinstance(job.experiment, ScratchExperiment) else _transfer(job)
    if job.parent:
        setup.model.load_weights(job.parent.run.model)
    return setup


def _scratch(job: Job) -> TrainingSetup:
    model = build_scratch(job.experiment, len(job.project.categories))
    return TrainingSetup(model, model, _image_batches(job))


def _transfer(job: Job) -> TrainingSetup:
    experiment = job.experiment
    # A parent's weights replace the pre-trained ones, so those need not be downloaded.
    weights = None if job.parent or experiment.weights == "random" else "imagenet"
    transfer = build_transfer(experiment, len(job.project.categories), weights)
    if experiment.tune_last:
        return TrainingSetup(transfer.model, transfer.model, _image_batches(job))
    extractor = FeatureExtractor(transfer.features)
    batches = partial(feature_batches, extractor, experiment, job.project.paths.features)
    return TrainingSetup(transfer.model, transfer.head, batches, extractor)


def _image_batches(job: Job) -> Callable[..., tf.data.Dataset]:
    experiment = job.experiment
    return partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size, cache=True)


def predict_split(job: Job, setup: TrainingSetup, df: pd.DataFrame) -> pd.DataFrame:
    """The trained model's predictions for the images of a split; with `tta` their mean over its views.

    Args:
        job: whose experiment says whether, and how, the images are augmented.
        setup: the trained models.
        df: the images, one row per image.

    Returns:
        One row per image, as `auxiliary.evaluation.predict.predict` gives them.
    """
    experiment, categories = job.experiment, job.project.categories
    if not experiment.tta:
        return predict(setup.trained, [setup.batches(df, shuffle=False)], df, categories)
    # A frozen experiment's head takes features, so the whole model predicts here.
    views = views_of(experiment.tta)
    return predict(setup.model, [_view_batches(job, df, view) for view in views], df, categories,
                   [view.weight for view in views])


def _view_batches(job: Job, df: pd.DataFrame, view: View) -> tf.data.Dataset:
    """One view of each image, in the table's order."""
    experiment = job.experiment
    rows, columns = view.places(experiment.image_size)
    augmented = {} if view.augmented is None else {"augment": experiment.augment, "first_epoch": view.augmented}
    return mk_tf_dataset(df, shuffle=False, image_size=experiment.image_size, batch_size=experiment.batch_size,
                         seed=job.seed, **augmented,
                         preprocess_fn=lambda batch: tf.gather(tf.gather(batch, rows, axis=1), columns, axis=2))
