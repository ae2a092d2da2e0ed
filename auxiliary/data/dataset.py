"""Batches of images for a model."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.data.augmentation.augment_batch import augment_batch, mix_batch
from auxiliary.data.augmentation.kinds import Draw
from auxiliary.data.augmentation.registry import AUGMENTATIONS, DEFAULT, refuse_mixing
from auxiliary.data.epochs import READY, Batch, at_once, over_epochs
from auxiliary.data.images import Images
from auxiliary.data.targets import Targets

Preprocess = Callable[[tf.Tensor], tf.Tensor]


def mk_tf_dataset(df: pd.DataFrame, shuffle: bool = True, augment: bool | str = False,
                  preprocess_fn: Preprocess | None = None, *, image_size: int | None = None,
                  batch_size: int = 32, seed: int = 0, first_epoch: int = 0, first_image: int = 0,
                  epochs: int | None = 1, cache: bool = False, sizes: Sequence[int] = (),
                  classes: int | None = None, as_bytes: bool = False) -> tf.data.Dataset:
    """Make a `tf.data.Dataset` from a table of images.

    Order and augmentation are functions of (seed, epoch, step) alone. A second pass over the data set repeats the
    first; to train, ask for several `epochs`, or for `epochs=None` and give `fit` its `steps_per_epoch`.

    Args:
        df: one row per image, with `filepath`, `content_hash`, `label`, `width` and `height`; processed images, as
            JPEG or PNG.
        shuffle: whether each epoch has an order of its own, rather than that of the table.
        augment: an augment spec, such as `"flip | shift(0.1)"`; True for a common one, False for none.
        preprocess_fn: called with each batch of images last, such as a `keras.applications` module's
            `preprocess_input`. The project's own networks have theirs inside and need none.
        image_size: side of the images in the batches, in pixels; None for their own, which must then be one.
        batch_size: images per batch; the last of an epoch may have fewer.
        seed: of order and augmentation.
        first_epoch: number of the first epoch, from 0.
        first_image: where `df` is a part of a table, the place of its first image there, a multiple of `batch_size`:
            unshuffled, its images are augmented as those of the whole table.
        epochs: how many epochs follow each other; None for no end.
        cache: whether each image is decoded only once and then cached: in memory if all of them take no more than a
            quarter of the free memory, else in a temporary file. Worth it for several passes.
        sizes: side of the images in each epoch, from epoch 0, at most `image_size`; the last one counts for all epochs
            after. Empty for `image_size` in all.
        classes: how many classes there are, for labels that are the share of each; augmentations that mix images need
            it.
        as_bytes: whether images stay uint8, which a Keras model converts to float32 itself: a quarter of the numbers
            then goes through memory, and to a GPU.

    Returns:
        Batches of ((N, S, S, 3) float32 in 0..255, (N,) int64 labels); with `as_bytes` images are uint8, with `classes`
        labels are (N, classes) float32.

    Raises:
        UserError: for an empty table, one without the columns, or several image sizes and no `image_size`; for one of
            `sizes` above it; for augmentations that mix images without `classes`; for an image that cannot be read or
            whose bytes have another hash, when its batch is made.
    """
    size = _size(df, image_size)
    _check_sizes(sizes, size)
    steps = parse_spec(DEFAULT if augment is True else augment or "", AUGMENTATIONS, "augment")
    if classes is None:
        refuse_mixing(steps, "here each image has one class: give `classes` to train on shares of classes")
    images, targets, sides = Images(df, size, cache), Targets(df, classes), sizes or [size]

    def batch(places: np.ndarray, epoch: int, step: int) -> Batch:
        draw = Draw(seed, epoch, step + first_image // batch_size, places + first_image)
        batch = augment_batch(images[places], steps, draw, sides[min(epoch, len(sides) - 1)])
        return mix_batch(batch, targets[places], steps, draw)

    def finish(batch: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = batch if as_bytes else tf.cast(batch, tf.float32)
        return preprocess_fn(batch) if preprocess_fn else batch, labels

    side = None if sizes else size
    like = tf.TensorSpec((None, side, side, 3), tf.uint8), targets.spec
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=batch_size, seed=seed, first_epoch=first_epoch,
                          epochs=epochs)
    return batches.map(finish, at_once(), deterministic=True).prefetch(READY)


def _size(df: pd.DataFrame, image_size: int | None) -> int:
    missing = {"filepath", "content_hash", "label", "width", "height"} - set(df.columns)
    if missing:
        raise UserError(f"the table lacks {', '.join(sorted(missing))}: make it with notebook 01, or `clean_table`")
    if df.empty:
        raise UserError("the table holds no images")
    if image_size:
        return image_size
    sizes = set(df["width"]) | set(df["height"])
    if len(sizes) > 1:
        raise UserError(f"the images have {len(sizes)} different sides: give an `image_size`")
    return int(sizes.pop())


def _check_sizes(sizes: Sequence[int], size: int) -> None:
    if sizes and not 0 < min(sizes) <= max(sizes) <= size:
        raise UserError(f"sizes {list(sizes)}: each must be 1 to {size} pixels, the side that images are read at")
