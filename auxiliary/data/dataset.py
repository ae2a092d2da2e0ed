"""Feeds pictures to a model, batch by batch."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.data.augment import augment_batch
from auxiliary.data.augmentations import AUGMENTATIONS, DEFAULT
from auxiliary.data.epochs import Batch, over_epochs
from auxiliary.data.pictures import Pictures
from auxiliary.errors import UserError
from auxiliary.line import parse_line

Preprocess = Callable[[tf.Tensor], tf.Tensor]


def mk_tf_dataset(df: pd.DataFrame, shuffle: bool = True, augment: bool | str = False,
                  preprocess_fn: Preprocess | None = None, *, image_size: int | None = None,
                  batch_size: int = 32, seed: int = 0, first_epoch: int = 0,
                  epochs: int | None = 1, keep: bool = False) -> tf.data.Dataset:
    """Make a `tf.data.Dataset` from a table of pictures.

    Order and augmentation are functions of (seed, epoch, step) alone. Going over the data set again repeats
    it; to train, ask for several `epochs`, or for `epochs=None` and give `fit` its `steps_per_epoch`.

    Args:
        df: a row a picture, with `filepath`, `label`, `width` and `height`; processed pictures, as JPEG or PNG.
        shuffle: whether each epoch has an order of its own, rather than that of the table.
        augment: an augment line, such as `"flip | shift(0.1)"`; True for a common one, False for none.
        preprocess_fn: called with each batch of pictures last, such as a `keras.applications` module's
            `preprocess_input`. The project's own networks have theirs inside and need none.
        image_size: side of the pictures given out, in pixels; their own, which must then be one, unless given.
        batch_size: pictures a batch; the last of an epoch may have fewer.
        seed: of order and augmentation.
        first_epoch: number of the first epoch, from 0.
        epochs: how many epochs follow each other; None for no end.
        keep: whether pictures are decoded only once, and kept: in memory if they take no more than a quarter of
            what is free, else in a temporary file. Worth it where they are gone over several times.

    Returns:
        Batches of ((N, S, S, 3) float32 in 0..255, (N,) int64 labels).

    Raises:
        UserError: for an empty table, one without the columns, or several picture sizes and no `image_size`.
    """
    size = _size(df, image_size)
    steps = parse_line(DEFAULT if augment is True else augment or "", AUGMENTATIONS, "augment")
    pictures, labels = Pictures(df["filepath"].to_list(), size, keep), df["label"].to_numpy("int64")

    def batch(places: np.ndarray, _: int, generator: np.random.Generator) -> Batch:
        return augment_batch(pictures[places], steps, generator), labels[places]

    def finish(batch: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = tf.cast(batch, tf.float32)
        return preprocess_fn(batch) if preprocess_fn else batch, labels

    like = tf.TensorSpec((None, size, size, 3), tf.uint8), tf.TensorSpec((None,), tf.int64)
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=batch_size, seed=seed, first_epoch=first_epoch,
                          epochs=epochs)
    return batches.map(finish, tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)


def _size(df: pd.DataFrame, image_size: int | None) -> int:
    missing = {"filepath", "label", "width", "height"} - set(df.columns)
    if missing:
        raise UserError(f"the table lacks {', '.join(sorted(missing))}: make it with notebook 01, or `clean_table`")
    if df.empty:
        raise UserError("the table holds no pictures")
    if image_size:
        return image_size
    sizes = set(df["width"]) | set(df["height"])
    if len(sizes) > 1:
        raise UserError(f"the pictures have {len(sizes)} different sides: say which `image_size` to give out")
    return int(sizes.pop())

