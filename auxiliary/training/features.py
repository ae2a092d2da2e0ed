"""Features of a frozen backbone, computed once and cached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.config.profile import JOINED, TransferExperiment
from auxiliary.core.progress import track
from auxiliary.core.resources import check_disk
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import Batch, over_epochs
from auxiliary.data.tables import digest
from auxiliary.data.targets import Targets
from auxiliary.networks.build import Transfer
from auxiliary.networks.inference import PredictFunction, frozen_graph, predict_batches
from auxiliary.training.feature_files import View, each_once, feature_file, read_features, save_features

BATCH = 32     # of 4 to 64 the fastest


@dataclass(frozen=True)
class FeatureExtractor:
    """A backbone that computes features of images; its weights do not change after its first use.

    Attributes:
        model: takes images, and gives pooled features.
        parts: where it is several backbones side by side, the extractor of each by its name. They compute and cache
            the features.
    """

    model: keras.Model
    parts: Mapping[str, "FeatureExtractor"] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of its weights and of the precision that it computes in; those of its parts, joined by ` + `."""
        if self.parts:
            return JOINED.join(part.fingerprint for part in self.parts.values())
        precision = keras.config.dtype_policy().name.encode()
        return digest(precision + b"".join(weight.tobytes() for weight in self.model.get_weights()))

    @cached_property
    def ask(self) -> PredictFunction:
        """The model as a frozen graph; freezing takes seconds, so it is done only where features are missing."""
        return frozen_graph(self.model)


def extractor_of(transfer: Transfer) -> FeatureExtractor:
    """The extractor of a network's features."""
    parts = {name: FeatureExtractor(model) for name, model in transfer.parts.items()}
    return FeatureExtractor(transfer.features, parts)


def pooled_features(extractor: FeatureExtractor, experiment: TransferExperiment, df: pd.DataFrame, folder: Path,
                    view: View | None = None) -> np.ndarray:
    """Pooled features of each image, read from `folder` where they have been computed before.

    Args:
        extractor: computes them.
        experiment: its backbone and image size name the file, with fingerprints of the weights, which a parent may
            have tuned, and of the images.
        df: the images, one row per image.
        folder: the folder of all cached features of a data set.
        view: how the images are augmented, if they are.

    Returns:
        (images, channels) float32, in the order of the table.

    Raises:
        UserError: when the disk has not enough space for them, or an image cannot be read.
    """
    if extractor.parts:
        return np.concatenate([
            pooled_features(part, experiment.model_copy(update={"backbone": name}), df, folder, view)
            for name, part in extractor.parts.items()], axis=1)
    path = feature_file(folder, experiment, extractor.fingerprint, df, view)
    if (cached := read_features(path, len(df))) is not None:
        return cached
    check_disk(folder, 4 * len(df) * extractor.model.output_shape[-1], f"the features of {experiment.backbone} take")
    augmented = {"augment": view.augment, "seed": view.seed, "first_epoch": view.number} if view else {}
    images = mk_tf_dataset(df, shuffle=False, image_size=experiment.image_size, batch_size=BATCH, **augmented)
    label = f"{experiment.backbone} features" + (f", view {view.number + 1} of {experiment.views}" if view else "")
    # float32 even where the backbone computes in 16 bits, so that computed and cached features are the same.
    values = np.concatenate(list(track(predict_batches(extractor.ask, images), label, len(images)))).astype("float32")
    save_features(path, values)
    return values


def feature_batches(extractor: FeatureExtractor, experiment: TransferExperiment, folder: Path, df: pd.DataFrame,
                    shuffle: bool = True, augment: str = "", seed: int = 0, classes: int | None = None,
                    **options: Any) -> tf.data.Dataset:
    """Batches of pooled features and labels; the table may hold an image several times.

    Arguments as in `pooled_features` and `mk_tf_dataset`. Augmented images have the experiment's number of `views`,
    and epochs use them in turn: epoch mod views.

    Returns:
        Pairs of (N, channels) float32 and (N,) int64; with `classes` labels are (N, classes) float32.
    """
    images = each_once(df)
    views = [View(augment, seed, number) for number in range(experiment.views)] if augment else [None]
    features = [pooled_features(extractor, experiment, images, folder, view) for view in views]
    position, targets = pd.Index(images["filepath"]).get_indexer(df["filepath"]), Targets(df, classes)

    def batch(rows: np.ndarray, epoch: int, _: int) -> Batch:
        return features[epoch % len(features)][position[rows]], targets[rows]

    like = tf.TensorSpec((None, *extractor.model.output_shape[1:]), tf.float32), targets.spec
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=experiment.batch_size, seed=seed, **options)
    return batches.prefetch(tf.data.AUTOTUNE)
