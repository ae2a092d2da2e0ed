"""What a row amounts to: its model, the part that is trained, and the batches that part takes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import tensorflow as tf

from auxiliary.config.profile import Row, ScratchRow
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.lab import Lab
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.training.features import FeatureExtractor, feature_batches
from auxiliary.training.run_folder import Run


@dataclass(frozen=True)
class Task:
    """A row, built.

    Attributes:
        model: the whole model, from pictures to probabilities, which is saved.
        trained: the model that is trained: the whole, or the head that shares its layers.
        batches: makes batches for `trained` from a table of pictures; takes the keyword arguments `shuffle`,
            `augment`, `seed`, `first_epoch` and `epochs` of `mk_tf_dataset`.
        extractor: of a frozen row, what makes the features that are kept; else None.
    """

    model: keras.Model
    trained: keras.Model
    batches: Callable[..., tf.data.Dataset]
    extractor: FeatureExtractor | None = None


def build_task(row: Row, lab: Lab, parent: Run | None) -> Task:
    """Build what a row describes, with its parent's weights where it has one.

    A frozen backbone is not run again every epoch: its head is trained on features computed once.
    """
    classes = len(lab.categories)
    pictures = partial(mk_tf_dataset, image_size=row.image_size, batch_size=row.batch_size, keep=True)
    if isinstance(row, ScratchRow):
        model = build_scratch(row, classes)
        task = Task(model, model, pictures)
    else:
        # A parent's weights replace the pre-trained ones, so those need not be fetched.
        transfer = build_transfer(row, classes, None if parent or row.weights == "random" else "imagenet")
        extractor = FeatureExtractor(transfer.features)
        features = partial(feature_batches, extractor, row, lab.paths.features)
        task = (Task(transfer.model, transfer.model, pictures) if row.tune_last
                else Task(transfer.model, transfer.head, features, extractor))
    if parent:
        task.model.load_weights(parent.model)
    return task
