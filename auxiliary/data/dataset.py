"""Feeds pictures to a model, batch by batch."""

from collections.abc import Callable

import pandas as pd
import tensorflow as tf

from auxiliary.data.augment import augment_batch
from auxiliary.data.augmentations import AUGMENTATIONS, DEFAULT
from auxiliary.data.epochs import epoch_order, over_epochs, step_seed, steps_per_epoch
from auxiliary.errors import UserError
from auxiliary.line import parse_line

Preprocess = Callable[[tf.Tensor], tf.Tensor]


def mk_tf_dataset(df: pd.DataFrame, shuffle: bool = True, augment: bool | str = False,
                  preprocess_fn: Preprocess | None = None, *, image_size: int | None = None,
                  batch_size: int = 32, seed: int = 0, first_epoch: int = 0,
                  epochs: int | None = 1) -> tf.data.Dataset:
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

    Returns:
        Batches of ((N, S, S, 3) float32 in 0..255, (N,) int64 labels).

    Raises:
        UserError: for an empty table, one without the columns, or several picture sizes and no `image_size`.
    """
    size = _size(df, image_size)
    steps = parse_line(DEFAULT if augment is True else augment or "", AUGMENTATIONS, "augment")
    files = tf.constant(df["filepath"].to_list())
    labels = tf.constant(df["label"].to_numpy("int64"))
    resize = bool((df["width"] != size).any() or (df["height"] != size).any())

    def read(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return _read(files[index], size, resize), labels[index]

    def finish(step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor], epoch: tf.Tensor) -> tuple:
        pictures = augment_batch(batch[0], steps, step_seed(seed, epoch, step))
        return preprocess_fn(pictures) if preprocess_fn else pictures, batch[1]

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.data.Dataset.from_tensor_slices(epoch_order(len(df), shuffle, seed, epoch))
        batches = order.map(read, tf.data.AUTOTUNE, deterministic=True).batch(batch_size)
        return batches.enumerate().map(lambda step, batch: finish(step, batch, epoch), tf.data.AUTOTUNE,
                                       deterministic=True)

    return over_epochs(one_epoch, steps_per_epoch(len(df), batch_size), first_epoch, epochs)


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


def _read(file: tf.Tensor, size: int, resize: bool) -> tf.Tensor:
    """One picture, (size, size, 3) float32 in 0..255."""
    picture = tf.io.decode_image(tf.io.read_file(file), channels=3, expand_animations=False)
    if resize:
        picture = tf.clip_by_value(tf.image.resize(picture, (size, size), antialias=True), 0.0, 255.0)
    return tf.ensure_shape(tf.cast(picture, tf.float32), (size, size, 3))
