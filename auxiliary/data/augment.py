"""Applies a line of augmentations to a batch of pictures."""

from collections.abc import Sequence

import tensorflow as tf

from auxiliary.data.augmentations import Augmentation, Move


def augment_batch(pictures: tf.Tensor, steps: Sequence[Augmentation], seed: tf.Tensor) -> tf.Tensor:
    """Augment each picture of a batch in its own way.

    Args:
        pictures: (N, H, W, 3) float32 in 0..255.
        steps: the augmentations, as `parse_line` reads them.
        seed: (2,) int64; the same seed gives the same result.

    Returns:
        The augmented pictures, same shape and dtype, in 0..255.
    """
    if not steps:
        return pictures
    draws = _draws(tf.shape(pictures)[0], steps, seed)
    moves = [(step, numbers) for step, numbers in zip(steps, draws, strict=True) if isinstance(step, Move)]
    if moves:
        matrix = tf.eye(3, batch_shape=[tf.shape(pictures)[0]])
        for step, numbers in moves:
            matrix = matrix @ step.matrices(tf, numbers)
        pictures = _transform(pictures, matrix)
    for step, numbers in zip(steps, draws, strict=True):
        if not isinstance(step, Move):
            pictures = step.recolour(tf, pictures, numbers)
    return tf.clip_by_value(pictures, 0.0, 255.0)


def _draws(count: tf.Tensor, steps: Sequence[Augmentation], seed: tf.Tensor) -> list[tf.Tensor]:
    widths = [step.draws for step in steps]
    numbers = tf.random.stateless_uniform([count, sum(widths)], seed, minval=-1.0, maxval=1.0)
    return tf.split(numbers, widths, axis=1)


def _transform(pictures: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Resample (N, H, W, 3) pictures by (N, 3, 3) matrices over centred places in units of the side."""
    height, width = tf.shape(pictures)[1], tf.shape(pictures)[2]
    h, w = tf.cast(height, tf.float32), tf.cast(width, tf.float32)
    to_pixels = tf.stack([tf.stack([w, 0.0, (w - 1) / 2]), tf.stack([0.0, h, (h - 1) / 2]), [0.0, 0.0, 1.0]])
    pixels = to_pixels @ matrix @ tf.linalg.inv(to_pixels)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures, transforms=tf.reshape(pixels, [-1, 9])[:, :8], output_shape=[height, width],
        fill_value=0.0, interpolation="BILINEAR", fill_mode="REFLECT")
