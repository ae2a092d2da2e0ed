"""Features of frozen layers, computed once and cached."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled

from auxiliary.config.transfer import JOINED, TransferExperiment
from auxiliary.core.errors import NotTrained
from auxiliary.core.progress import Progress
from auxiliary.core.resources import allow_open_files, check_disk
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import READY, Batch, over_epochs
from auxiliary.data.tables import digest
from auxiliary.data.targets import Targets
from auxiliary.networks.build import Transfer
from auxiliary.networks.inference import PredictFunction, frozen_graph, predict_batches
from auxiliary.training.feature_files import Part, View, each_once, feature_file, parts_of
from auxiliary.training.feature_rows import Features, InParts, SideBySide
from auxiliary.training.stored_features import FLOAT32, StoredFeatures, read_features, save_features

NOT_DETERMINISTIC = ", not deterministic"    # such features are not for runs that must give the same figures again
BATCH = 32     # of 4 to 64 the fastest


@dataclass(frozen=True)
class FeatureExtractor:
    """Layers that compute features of images; their weights do not change after the first use.

    Attributes:
        model: takes images, and gives features: pooled ones, or the outputs of a layer.
        layer: the name of that layer; empty for pooled features.
        dtype: NumPy's dtype of cached features. Pooled ones are float32 even where the backbone computes in 16 bits, so
            that other programs can read them.
        parts: where it is several backbones side by side, the extractor of each by its name. They compute and cache
            the features.
    """

    model: keras.Model
    layer: str = ""
    dtype: np.dtype = FLOAT32
    parts: Mapping[str, "FeatureExtractor"] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of its weights and of how it computes; those of its parts, joined by ` + `."""
        if self.parts:
            return JOINED.join(part.fingerprint for part in self.parts.values())
        how = keras.config.dtype_policy().name + ("" if is_op_determinism_enabled() else NOT_DETERMINISTIC)
        return digest(how.encode() + b"".join(weight.tobytes() for weight in self.model.get_weights()))

    @property
    def bytes_per_image(self) -> int:
        """Bytes that the features of an image take."""
        return self.dtype.itemsize * math.prod(self.model.output_shape[1:])

    @cached_property
    def ask(self) -> PredictFunction:
        """The model as a frozen graph; freezing takes seconds, so it is done only where features are missing."""
        return frozen_graph(self.model)


def extractor_of(transfer: Transfer) -> FeatureExtractor:
    """The extractor of a network's pooled features."""
    parts = {name: FeatureExtractor(model) for name, model in transfer.parts.items()}
    return FeatureExtractor(transfer.features, parts=parts)


def cached_features(extractor: FeatureExtractor, experiment: TransferExperiment, df: pd.DataFrame, folder: Path,
                    view: View | None = None) -> Features:
    """Features of each image, read from `folder` where they have been computed before.

    Each of the `parts_of` the table has a file, which is found again whoever computed it. To compute one part alone,
    call this with its rows and its view.

    Args:
        extractor: computes them.
        experiment: its backbone and image size name the files, with fingerprints of the weights, which a parent may
            have tuned, and of the images.
        df: the images, one row per image.
        folder: the folder of all cached features of a data set.
        view: how the images are augmented, if they are.

    Returns:
        (images, ...) of the extractor's dtype, in the order of the table.

    Raises:
        UserError: when the disk has not enough space for them, or an image cannot be read.
        NotTrained: in float16, one of them is beyond its range.
    """
    if extractor.parts:
        return SideBySide([
            cached_features(part, experiment.model_copy(update={"backbone": name}), df, folder, view)
            for name, part in extractor.parts.items()])
    parts = parts_of(df, view)
    allow_open_files(len(parts))
    files = [feature_file(folder, experiment, extractor.fingerprint, *part, extractor.layer) for part in parts]
    cached = [read_features(file, len(part.df), extractor.dtype) for file, part in zip(files, parts, strict=True)]
    missing = {file: part for file, part, found in zip(files, parts, cached, strict=True) if found is None}
    computed = _computed(extractor, experiment, missing, folder, len(df)) if missing else {}
    return InParts([computed[file] if found is None else found for file, found in zip(files, cached, strict=True)])


def _computed(extractor: FeatureExtractor, experiment: TransferExperiment, missing: Mapping[Path, Part], folder: Path,
              images: int) -> dict[Path, StoredFeatures]:
    """Compute the features of the parts that have no file, of a table of so many images, and write the files."""
    left, (_, view) = sum(len(part.df) for part in missing.values()), next(iter(missing.values()))
    check_disk(folder, left * extractor.bytes_per_image, f"the features of {experiment.backbone} take")
    label = f"{experiment.backbone} features" + (f", view {view.number + 1} of {experiment.used_views}" if view else "")
    with Progress(label, images, "image", start=images - left) as progress:
        return {file: save_features(file, _batches(extractor, experiment, part, progress), len(part.df),
                                    extractor.dtype)
                for file, part in missing.items()}


def _batches(extractor: FeatureExtractor, experiment: TransferExperiment, part: Part,
             progress: Progress) -> Iterator[np.ndarray]:
    """The features of the images of a part, batch by batch."""
    df, view = part
    augmented = {"augment": view.augment, "seed": view.seed, "first_epoch": view.number,
                 "first_image": view.first} if view else {}
    images = mk_tf_dataset(df, shuffle=False, image_size=experiment.image_size, batch_size=BATCH, as_bytes=True,
                           **augmented)
    for batch in _in_range(predict_batches(extractor.ask, images), experiment.backbone):
        progress.advance(len(batch))
        yield batch


def _in_range(batches: Iterable[np.ndarray], backbone: str) -> Iterator[np.ndarray]:
    """The same features; the numbers of float16 end at 65,504, those of other precisions hardly ever."""
    half = keras.config.dtype_policy().compute_dtype == "float16"
    for batch in batches:
        if half and not np.isfinite(batch).all():
            raise NotTrained(f"features of {backbone} are beyond the range of float16, in which this GPU computes: "
                             "choose another backbone, or train on the processor (CUDA_VISIBLE_DEVICES=-1)")
        yield batch


def feature_batches(extractor: FeatureExtractor, experiment: TransferExperiment, folder: Path, df: pd.DataFrame,
                    shuffle: bool = True, augment: str = "", seed: int = 0, classes: int | None = None,
                    together: pd.DataFrame | None = None, **options: Any) -> tf.data.Dataset:
    """Batches of cached features and labels; the table may hold an image several times.

    Arguments as in `cached_features` and `mk_tf_dataset`; `together` are all images whose features are computed
    together, those of the table among them, see `together_with`; unless given, only these. Augmented images have the
    experiment's `used_views`, and epochs use them in turn: epoch mod views.

    Returns:
        Pairs of (N, ...) features and (N,) int64; with `classes` labels are (N, classes) float32.
    """
    images = each_once(df) if together is None else together
    features = [cached_features(extractor, experiment, images, folder, view)
                for view in training_views(experiment, augment, seed)]
    position, targets = pd.Index(images["filepath"]).get_indexer(df["filepath"]), Targets(df, classes)

    def batch(rows: np.ndarray, epoch: int, _: int) -> Batch:
        return features[epoch % len(features)][position[rows]], targets[rows]

    like = tf.TensorSpec((None, *extractor.model.output_shape[1:]), tf.as_dtype(extractor.dtype)), targets.spec
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=experiment.batch_size, seed=seed, **options)
    return batches.prefetch(READY)


def training_views(experiment: TransferExperiment, augment: str, seed: int) -> list[View | None]:
    """The versions of the images that epochs use in turn; None alone stands for the images as they are."""
    return [View(augment, seed, number) for number in range(experiment.used_views)] if augment else [None]
