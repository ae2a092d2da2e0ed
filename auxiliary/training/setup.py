"""An experiment's models, and the batches that they take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.images import Images
from auxiliary.data.tables import spread
from auxiliary.data.views import View, views_of
from auxiliary.evaluation.predict import predict
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.inference import frozen_graph
from auxiliary.networks.whitening import whiten, whitening_layers
from auxiliary.training.feature_files import together_with
from auxiliary.training.features import FeatureExtractor, extractor_of, feature_batches
from auxiliary.training.job import Job
from auxiliary.training.several_gpus import on_all_gpus
from auxiliary.training.tuning import frozen_part_once

# Training images that `whiten` takes: they hold millions of patches.
WHITENED = 2000


@dataclass(frozen=True)
class TrainingSetup:
    """All that training needs besides the images.

    Attributes:
        model: the whole model, from images to probabilities; it is the one that is saved.
        trained: the model that is trained: the whole model, or the layers of it behind cached features.
        batches: makes batches for `trained` from a table of images; takes the keyword arguments `shuffle`,
            `augment`, `seed`, `first_epoch`, `epochs` and `classes` of `mk_tf_dataset`; those of images also `sizes`.
        extractor: computes the cached features of frozen layers; None where images are trained on.
        has_copy: whether `trained` is a copy of the whole model, for images of any size, with weights of its own.
    """

    model: keras.Model
    trained: keras.Model
    batches: Callable[..., tf.data.Dataset]
    extractor: FeatureExtractor | None = None
    has_copy: bool = False

    def begin(self, job: Job) -> None:
        """Set the weights that a fresh network computes from its training images, see `whiten`."""
        if not job.start and whitening_layers(self.trained):
            # The table may be in the order of the classes.
            chosen = job.train.iloc[spread(len(job.train), WHITENED)]
            images = Images(chosen, job.experiment.image_size, cache=False)
            whiten(self.trained, images[np.arange(len(chosen))])

    def complete(self) -> None:
        """Give the whole model the trained weights, where the two do not share them."""
        if self.has_copy:
            self.model.set_weights(self.trained.get_weights())


def build_setup(job: Job) -> TrainingSetup:
    """Build the models of an experiment, with its parent's weights where it has a parent.

    A frozen backbone does not run in every epoch: its head is trained on features that are computed once. Nor do the
    frozen layers of a tuned one, see `auxiliary.training.tuning`.

    Raises:
        UserError: `--gpus` states more than there are, or than its batches can be divided among.
    """
    with on_all_gpus(job):
        return _scratch(job) if isinstance(job.experiment, ScratchExperiment) else _transfer(job)


def _scratch(job: Job) -> TrainingSetup:
    classes = len(job.project.categories)
    model = build_scratch(job.experiment, classes)
    trained = build_scratch(job.experiment, classes, any_size=True) if job.experiment.sizes else model
    setup = TrainingSetup(model, trained, _image_batches(job), has_copy=trained is not model)
    _load_parent(job, model)
    if job.start:
        trained.set_weights(model.get_weights())
    return setup


def _transfer(job: Job) -> TrainingSetup:
    experiment = job.experiment
    # A parent's weights replace the pre-trained ones, so those need not be downloaded.
    weights = None if job.start or experiment.weights == "random" else "imagenet"
    transfer, paths = build_transfer(experiment, len(job.project.categories), weights), job.project.paths
    _load_parent(job, transfer.model)
    if not experiment.tune_last:
        extractor = extractor_of(transfer)
        return TrainingSetup(transfer.model, transfer.head, _feature_batches(job, extractor, paths.features), extractor)
    if parts := frozen_part_once(job, transfer):
        batches = _feature_batches(job, parts.extractor, paths.activations)
        return TrainingSetup(transfer.model, parts.trained, batches, parts.extractor)
    return TrainingSetup(transfer.model, transfer.model, _image_batches(job))


def _load_parent(job: Job, model: keras.Model) -> None:
    if job.start:
        model.load_weights(job.start.run.model)


def _feature_batches(job: Job, extractor: FeatureExtractor, folder: Path) -> Callable[..., tf.data.Dataset]:
    def batches(df: pd.DataFrame, **options: Any) -> tf.data.Dataset:
        return feature_batches(extractor, job.experiment, folder, df, together=together_with(df, job.project),
                               **options)

    return batches


def _image_batches(job: Job) -> Callable[..., tf.data.Dataset]:
    experiment = job.experiment
    return partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size, cache=True,
                   as_bytes=True)


def predict_split(job: Job, setup: TrainingSetup, df: pd.DataFrame) -> pd.DataFrame:
    """The trained model's predictions for the images of a split, as `predict_splits` gives them."""
    table, = predict_splits(job, setup, [df])
    return table


def predict_splits(job: Job, setup: TrainingSetup, splits: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """The trained model's predictions for the images of splits; with `tta` their mean over its views.

    Args:
        job: whose experiment says whether, and how, the images are augmented.
        setup: the trained models.
        splits: the images of each split, one row per image.

    Returns:
        For each split one row per image, as `auxiliary.evaluation.predict.predict` gives them.
    """
    experiment, categories = job.experiment, job.project.categories
    if not experiment.tta:
        graph = frozen_graph(setup.trained)
        return [predict(graph, [setup.batches(df, shuffle=False)], df, categories) for df in splits]
    # Where features are cached, the trained layers take those, so the whole model predicts here.
    graph, views = frozen_graph(setup.model), views_of(experiment.tta)
    return [predict(graph, [_view_batches(job, df, view) for view in views], df, categories,
                    [view.weight for view in views]) for df in splits]


def _view_batches(job: Job, df: pd.DataFrame, view: View) -> tf.data.Dataset:
    """One view of each image, in the table's order."""
    experiment = job.experiment
    rows, columns = view.places(experiment.image_size)
    augmented = {} if view.augmented is None else {"augment": experiment.augment, "first_epoch": view.augmented}
    return mk_tf_dataset(df, shuffle=False, image_size=experiment.image_size, batch_size=experiment.batch_size,
                         seed=job.seed, as_bytes=True, **augmented,
                         preprocess_fn=lambda batch: tf.gather(tf.gather(batch, rows, axis=1), columns, axis=2))
