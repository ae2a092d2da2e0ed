"""Batches of images for a model, decoded once and cached."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.core.progress import notify
from auxiliary.core.resources import free_memory
from auxiliary.core.spec import parse_spec
from auxiliary.core.text import format_bytes
from auxiliary.data.augment import AUGMENTATIONS, DEFAULT, augment_batch
from auxiliary.data.epochs import Batch, over_epochs
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.reading.jpeg import processed_pixels

# Of the memory that is free when training starts, for the images of one split; the rest is left to the model.
SHARE = 0.25


class Images:
    """Processed images of a table at one size; whenever one is read, its bytes are compared with the table.

    Args:
        df: the table, with `filepath` (JPEG or PNG) and `content_hash`.
        size: side in pixels that they are stretched to.
        cache: whether each is decoded only once and then cached: in memory if all of them take no more than a quarter
            of the free memory, else in a temporary file, which goes when the process ends.
    """

    def __init__(self, df: pd.DataFrame, size: int, cache: bool) -> None:
        self._files, self._hashes = df["filepath"].to_list(), df["content_hash"].to_list()
        self._shape = (size, size, 3)
        self._cache = _new_cache((len(df), *self._shape)) if cache else None
        self._is_cached = np.zeros(len(df), bool)

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The images at some places, (N, size, size, 3) uint8 in RGB. Called from several threads.

        Raises:
            UserError: an image cannot be read, or is not the one that the table lists.
        """
        images = np.empty((len(places), *self._shape), "uint8")
        for image, place in zip(images, places, strict=True):
            image[:] = self._cache[place] if self._is_cached[place] else self._decoded(place)
        return images

    def _decoded(self, place: int) -> np.ndarray:
        file = self._files[place]
        try:
            data = Path(file).read_bytes()
            if content_hash(data) != self._hashes[place]:
                raise UserError(f"{file} is not the image that its table lists, but was changed or replaced since: "
                                f"{PREPARE_AGAIN}")
            pixels = processed_pixels(data, self._shape[0])
        except (OSError, ValueError) as error:
            raise UserError(f"{file} cannot be read any more ({error}): {PREPARE_AGAIN}") from error
        if self._cache is not None:
            self._cache[place] = pixels
            # After the pixels, for the other threads.
            self._is_cached[place] = True
        return pixels


def _new_cache(shape: tuple[int, ...]) -> np.ndarray | None:
    """An array for images, in memory or in a file; None, with a printed sentence, where neither has the space."""
    needed, memory, folder = int(np.prod(shape)), free_memory(), tempfile.gettempdir()
    if needed <= SHARE * memory:
        return np.empty(shape, "uint8")
    disk = shutil.disk_usage(folder).free
    found = f"{format_bytes(memory)} of memory are free, and {format_bytes(disk)} in {folder}"
    if needed > 0.9 * disk:
        notify(f"images are decoded in every epoch, because a cache would take {format_bytes(needed)}; {found}")
        return None
    notify(f"decoded images, {format_bytes(needed)}, are cached in a temporary file; {found}")
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, "uint8", "w+", shape=shape)


Preprocess = Callable[[tf.Tensor], tf.Tensor]


def mk_tf_dataset(df: pd.DataFrame, shuffle: bool = True, augment: bool | str = False,
                  preprocess_fn: Preprocess | None = None, *, image_size: int | None = None,
                  batch_size: int = 32, seed: int = 0, first_epoch: int = 0,
                  epochs: int | None = 1, cache: bool = False) -> tf.data.Dataset:
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
        epochs: how many epochs follow each other; None for no end.
        cache: whether each image is decoded only once and then cached: in memory if all of them take no more than a
            quarter of the free memory, else in a temporary file. Worth it for several passes.

    Returns:
        Batches of ((N, S, S, 3) float32 in 0..255, (N,) int64 labels).

    Raises:
        UserError: for an empty table, one without the columns, or several image sizes and no `image_size`; for an
            image that cannot be read or whose bytes have another hash, when its batch is made.
    """
    size = _size(df, image_size)
    steps = parse_spec(DEFAULT if augment is True else augment or "", AUGMENTATIONS, "augment")
    images, labels = Images(df, size, cache), df["label"].to_numpy("int64")

    def batch(places: np.ndarray, _: int, generator: np.random.Generator) -> Batch:
        return augment_batch(images[places], steps, generator), labels[places]

    def finish(batch: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch = tf.cast(batch, tf.float32)
        return preprocess_fn(batch) if preprocess_fn else batch, labels

    like = tf.TensorSpec((None, size, size, 3), tf.uint8), tf.TensorSpec((None,), tf.int64)
    batches = over_epochs(batch, len(df), like, shuffle, batch_size=batch_size, seed=seed, first_epoch=first_epoch,
                          epochs=epochs)
    return batches.map(finish, tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)


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
