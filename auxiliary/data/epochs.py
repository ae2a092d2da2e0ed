"""Epochs as a function of (seed, epoch, step): a run that is interrupted continues exactly as it would have."""

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import tensorflow as tf

from auxiliary.core.errors import quoted_error
from auxiliary.core.threads import usable_cores

# Batches that are ready before they are asked for, and those made at the same time: each takes memory.
READY, MOST_AT_ONCE = 2, 16

Batch = tuple[np.ndarray, np.ndarray]


def over_epochs(make: Callable[[np.ndarray, int, int], Batch], count: int,
                like: tuple[tf.TensorSpec, tf.TensorSpec], shuffle: bool, *, batch_size: int, seed: int = 0,
                first_epoch: int = 0, epochs: int | None = 1) -> tf.data.Dataset:
    """Make a data set of batches from a function, several batches at a time, given out in order.

    Args:
        make: returns the batch of the images at some places, (N,) int64, in an epoch and a step of it. Its random
            numbers are a function of epoch and step; called from several threads.
        count: how many images there are.
        like: shapes and dtypes of a batch's images and labels.
        shuffle: whether each epoch has an order of its own.
        batch_size: images per batch; the last of an epoch may have fewer.
        seed: of the order.
        first_epoch: number of the first epoch.
        epochs: how many follow each other; None for no end.

    Returns:
        All their batches, one epoch after the other.
    """
    steps = steps_per_epoch(count, batch_size)
    # TensorFlow holds what a graph calls for as long as any graph made beside it lives, in effect for ever. So only the
    # data set holds the images, and every data set derived from it holds it.
    held = weakref.ref(make)

    def numbered(number: np.ndarray) -> Batch:
        epoch, step = divmod(int(number), steps)
        places = epoch_order(count, shuffle, seed, epoch)[step * batch_size:(step + 1) * batch_size]
        return held()(places, epoch, step)

    def batch(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
        # It has no state; without that word, determinism would have batches made one after the other.
        values = tf.numpy_function(numbered, [number], [spec.dtype for spec in like], stateful=False)
        return tuple(tf.ensure_shape(value, spec.shape) for value, spec in zip(values, like, strict=True))

    last = tf.int64.max if epochs is None else (first_epoch + epochs) * steps
    batches = without_autotuning(tf.data.Dataset.range(first_epoch * steps, last))
    batches = batches.map(batch, at_once(), deterministic=True)
    batches.make = make
    return batches


def at_once() -> int:
    """How many batches are made at the same time."""
    return min(usable_cores(), MOST_AT_ONCE)


def without_autotuning(batches: tf.data.Dataset) -> tf.data.Dataset:
    """The same data set, whose parallelism TensorFlow does not tune, nor that of those derived from it.

    The tuner of TensorFlow 2.21 sleeps longer and longer, up to a minute, and misses now and then that the pass is
    over. Whoever drops the iterator then waits until it wakes.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)


@contextmanager
def own_errors() -> Iterator[None]:
    """Raises the `UserError` of a function that makes batches, which TensorFlow wraps in a page of its own."""
    try:
        yield
    except tf.errors.OpError as error:
        if found := quoted_error(error.message):
            raise found from error
        raise


@lru_cache(maxsize=4)    # needed at every step; training, validation and the epoch to come take turns
def epoch_order(count: int, shuffle: bool, seed: int, epoch: int) -> np.ndarray:
    """The order, (count,) int64, in which an epoch goes through `count` images."""
    order = np.random.default_rng([seed, epoch]).permutation(count) if shuffle else np.arange(count)
    order.flags.writeable = False
    return order


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Batches in an epoch, the last one possibly smaller."""
    return -(-count // batch_size)
