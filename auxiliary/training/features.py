"""What a frozen backbone makes of images, computed once and kept."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.config.profile import TransferExperiment
from auxiliary.core.files import write_atomically
from auxiliary.core.progress import track
from auxiliary.core.resources import check_disk
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import Batch, over_epochs
from auxiliary.data.tables import digest
from auxiliary.networks.inference import PredictFunction, frozen_graph, predict_batches
from auxiliary.training.feature_files import View, each_once, feature_file, read_features

BATCH = 32     # of 4 to 64 the fastest


@dataclass(frozen=True)
class FeatureExtractor:
    """A backbone that makes features of images, and whose weights change no more once it has been used.

    Attributes:
        model: from images to pooled features.
    """

    model: keras.Model

    @cached_property
    def fingerprint(self) -> str:
        """What tells its weights, and the precision that it computes in, from others: 12 hexadecimal digits."""
        precision = keras.config.dtype_policy().name.encode()
        return digest(precision + b"".join(weight.tobytes() for weight in self.model.get_weights()))

    @cached_property
    def ask(self) -> PredictFunction:
        """The model, frozen: that takes seconds, so it is not done where all features are kept."""
        return frozen_graph(self.model)


def pooled_features(extractor: FeatureExtractor, experiment: TransferExperiment, df: pd.DataFrame, folder: Path,
                    view: View | None = None) -> np.ndarray:
    """Pooled features of each image, read from `folder` where they have been computed before.

    Args:
        extractor: makes them.
        row: whose backbone and image size it has; they name the file, with fingerprints of the
            weights, which a parent may have tuned, and of the images.
        df: the images, a row each.
        folder: where features are kept.
        view: how the images are augmented, if they are.

    Returns:
        (images, channels) float32, in the order of the table.

    Raises:
        UserError: the disk has no room for them.
    """
    path = feature_file(folder, experiment, extractor.fingerprint, df, view)
    if (kept := read_features(path, len(df))) is not None:
        return kept
    check_disk(folder, 4 * len(df) * extractor.model.output_shape[-1], f"the features of {experiment.backbone} take")
    augmented = {"augment": view.augment, "seed": view.seed, "first_epoch": view.number} if view else {}
    images = mk_tf_dataset(df, shuffle=False, image_size=experiment.image_size, batch_size=BATCH, **augmented)
    label = f"{experiment.backbone} features" + (f", view {view.number + 1} of {experiment.views}" if view else "")
    # float32 also where the backbone computes in less, so that they are the same whether computed or read back.
    values = np.concatenate(list(track(predict_batches(extractor.ask, images), label, len(images)))).astype("float32")
    buffer = io.BytesIO()
    np.save(buffer, values)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, buffer.getvalue())
    return values


def feature_batches(extractor: FeatureExtractor, experiment: TransferExperiment, folder: Path, df: pd.DataFrame,
                    shuffle: bool = True, augment: str = "", seed: int = 0, **options: Any) -> tf.data.Dataset:
    """Batches of pooled features and labels of a table of images, which may hold an image several times.

    Arguments as in `pooled_features` and `mk_tf_dataset`. Where images are augmented, each has as many views as the
    row says, and epochs take them in turn: epoch mod views.
    """
    images = each_once(df)
    views = [View(augment, seed, number) for number in range(experiment.views)] if augment else [None]
    features = [pooled_features(extractor, experiment, images, folder, view) for view in views]
    position, labels = pd.Index(images["filepath"]).get_indexer(df["filepath"]), df["label"].to_numpy("int64")

    def batch(places: np.ndarray, epoch: int, _: np.random.Generator) -> Batch:
        return features[epoch % len(features)][position[places]], labels[places]

    like = tf.TensorSpec((None, *extractor.model.output_shape[1:]), tf.float32), tf.TensorSpec((None,), tf.int64)
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=experiment.batch_size, seed=seed, **options)
    return batches.prefetch(tf.data.AUTOTUNE)
