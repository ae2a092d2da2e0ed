"""Epochs as a function of (seed, epoch, step): a run that is broken off goes on exactly as it would have."""

import re
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import tensorflow as tf

from auxiliary.core.errors import UserError

Batch = tuple[np.ndarray, np.ndarray]


def over_epochs(make: Callable[[np.ndarray, int, np.random.Generator], Batch], count: int,
                like: tuple[tf.TensorSpec, tf.TensorSpec], shuffle: bool, *, batch_size: int, seed: int = 0,
                first_epoch: int = 0, epochs: int | None = 1) -> tf.data.Dataset:
    """A data set of batches that a function makes, several at a time, and gives out in order.

    Args:
        make: gives the batch of the images at some places, (N,) int64, in an epoch, and draws random numbers from
            nowhere but the generator; called from several threads.
        count: how many images there are.
        like: shapes and dtypes of what a batch consists of.
        shuffle: whether each epoch has an order of its own.
        batch_size: images a batch; the last of an epoch may have fewer.
        seed: of order and generators.
        first_epoch: number of the first epoch.
        epochs: how many follow each other; None for no end.

    Returns:
        All their batches, one epoch after the other.
    """
    steps = steps_per_epoch(count, batch_size)
    # TensorFlow keeps what a graph calls for as long as any graph made beside it lives, in effect for ever. So the data
    # set alone holds the images, and what is derived from it holds the data set.
    held = weakref.ref(make)

    def numbered(number: np.ndarray) -> Batch:
        epoch, step = divmod(int(number), steps)
        places = epoch_order(count, shuffle, seed, epoch)[step * batch_size:(step + 1) * batch_size]
        return held()(places, epoch, step_generator(seed, epoch, step))

    def batch(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
        # Said to have no state, which is true: else determinism would have batches made one after the other.
        values = tf.numpy_function(numbered, [number], [spec.dtype for spec in like], stateful=False)
        return tuple(tf.ensure_shape(value, spec.shape) for value, spec in zip(values, like, strict=True))

    last = tf.int64.max if epochs is None else (first_epoch + epochs) * steps
    batches = tf.data.Dataset.range(first_epoch * steps, last).map(batch, tf.data.AUTOTUNE, deterministic=True)
    batches.make = make
    return batches


@contextmanager
def own_errors() -> Iterator[None]:
    """Lets through the `UserError` of a function that makes batches, which TensorFlow wraps in a page of its own."""
    try:
        yield
    except tf.errors.OpError as error:
        if found := re.search(rf"{UserError.__name__}: (.+)", error.message):
            raise UserError(found[1]) from error
        raise


@lru_cache(maxsize=4)    # asked for at every step; training, validation and the epoch to come take turns
def epoch_order(count: int, shuffle: bool, seed: int, epoch: int) -> np.ndarray:
    """The order, (count,) int64, in which an epoch goes through `count` images."""
    order = np.random.default_rng([seed, epoch]).permutation(count) if shuffle else np.arange(count)
    order.flags.writeable = False
    return order


def step_generator(seed: int, epoch: int, step: int) -> np.random.Generator:
    """What a step of an epoch draws its random numbers from, its own."""
    # From 1, because NumPy takes (seed, epoch, 0) for (seed, epoch), which the order is drawn from.
    return np.random.default_rng([seed, epoch, step + 1])


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Batches in an epoch, the last one possibly smaller."""
    return -(-count // batch_size)
