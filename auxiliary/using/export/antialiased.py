"""Pictures of any size brought to one, by operations so plain that every converter knows them."""

import tensorflow as tf


def antialiased(pictures: tf.Tensor, size: int) -> tf.Tensor:
    """Stretch pictures to a square, antialiased where they shrink: each pixel is a weighted mean, by a triangle.

    The same as `keras.layers.Resizing` with `antialias`, and but for rounding as Pillow's bilinear resize.

    Args:
        pictures: (N, H, W, 3) of any type of number.
        size: side of the square in pixels.

    Returns:
        (N, size, size, 3) float32, in the range of `pictures`.
    """
    height, width = tf.unstack(tf.shape(pictures)[1:3])
    rows, columns = _weights(height, size), _weights(width, size)
    # Two products of matrices: first all columns of a row at once, then all rows of a channel.
    flat = tf.reshape(tf.cast(pictures, tf.float32), (-1, height, width * 3))
    low = tf.reshape(tf.matmul(rows, flat), (-1, size, width, 3))
    narrow = tf.matmul(tf.reshape(tf.transpose(low, (0, 1, 3, 2)), (-1, width)), columns, transpose_b=True)
    return tf.transpose(tf.reshape(narrow, (-1, size, 3, size)), (0, 1, 3, 2))


def _weights(length: tf.Tensor, size: int) -> tf.Tensor:
    """How much each of `length` pixels counts for each of `size`: (size, length), rows that add up to 1."""
    length = tf.cast(length, tf.float32)
    scale = length / size
    centres = (tf.range(size, dtype=tf.float32) + 0.5) * scale
    distances = tf.abs(tf.range(length) + 0.5 - centres[:, None])
    weights = tf.nn.relu(1 - distances / tf.maximum(scale, 1.0))
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)
