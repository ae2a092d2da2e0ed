"""Epochs as a function of (seed, epoch): a run that is broken off goes on exactly as it would have."""

from collections.abc import Callable

import tensorflow as tf


def over_epochs(one_epoch: Callable[[tf.Tensor], tf.data.Dataset], steps: int, first_epoch: int = 0,
                epochs: int | None = 1) -> tf.data.Dataset:
    """Join the data sets of several epochs.

    Args:
        one_epoch: makes the batches of an epoch from its number, an int64 scalar.
        steps: batches an epoch.
        first_epoch: number of the first epoch.
        epochs: how many follow each other; None for no end.

    Returns:
        All their batches, one epoch after the other.
    """
    last = tf.int64.max if epochs is None else first_epoch + epochs
    batches = tf.data.Dataset.range(first_epoch, last).flat_map(one_epoch)
    if epochs is not None:
        batches = batches.apply(tf.data.experimental.assert_cardinality(steps * epochs))
    return batches.prefetch(tf.data.AUTOTUNE)


def epoch_order(count: int, shuffle: bool, seed: int, epoch: tf.Tensor) -> tf.Tensor:
    """The order, (count,) int64, in which an epoch goes through `count` pictures."""
    order = tf.range(count, dtype=tf.int64)
    if not shuffle:
        return order
    return tf.random.experimental.stateless_shuffle(order, seed=tf.stack([tf.cast(seed, tf.int64), epoch]))


def step_seed(seed: int, epoch: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """A seed, (2,) int64, of its own for every step of every epoch."""
    # Epoch and step share one number, so that no other (epoch, step) or shuffle has the same seed.
    return tf.stack([tf.cast(seed, tf.int64), epoch * 2**32 + step + 2**31])


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Batches in an epoch, the last one possibly smaller."""
    return -(-count // batch_size)
