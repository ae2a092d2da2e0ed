"""The resizing inside an export: what `predict` does to a JPEG file, in operations of Keras that every format has."""

import keras
import numpy as np
from keras import ops

from auxiliary.data.reading.jpeg import MUCH


def resize(images: keras.KerasTensor, size: int) -> keras.KerasTensor:
    """Stretch images of any size to a square, as `auxiliary.data.reading.jpeg.resized` does.

    Each side is reduced or enlarged by a matrix of weights. They are computed inside the graph, because only there the
    size of an image is known.

    Args:
        images: (N, H, W, 3) float32, H and W unknown.
        size: side of the square in pixels.

    Returns:
        (N, size, size, 3) float32, whole numbers in the range of `images`.
    """
    rows, columns = _ends(images, (2, 3)), _ends(images, (1, 3))
    longest = ops.maximum(_length(rows), _length(columns))
    shrinks = ops.greater(longest, MUCH * size)
    down, across = (_weights(ends, shrinks, size) for ends in (rows, columns))
    # The colours first: then all that is left are products of matrices.
    x = ops.transpose(images, (0, 3, 1, 2))
    x = ops.matmul(ops.matmul(down, x), ops.transpose(across, (0, 1, 3, 2)))
    # Whole numbers, which the network was trained on: half a step of 255 can move a probability.
    return ops.round(ops.transpose(x, (0, 2, 3, 1)))


def _ends(images: keras.KerasTensor, others: tuple[int, int]) -> keras.KerasTensor:
    """Where each pixel of a side ends: (N, 1, 1, L), from 1 to L. Counted, as Keras does not know L in its graphs."""
    ends = ops.cumsum(ops.ones_like(ops.max(images, axis=others)), axis=1)
    return ops.expand_dims(ends, (1, 2))


def _length(ends: keras.KerasTensor) -> keras.KerasTensor:
    return ops.max(ends, axis=3, keepdims=True)


def _weights(ends: keras.KerasTensor, shrinks: keras.KerasTensor, size: int) -> keras.KerasTensor:
    """The weight of each of L input pixels for each of `size` output pixels: (N, 1, size, L), rows sum to 1."""
    scale = _length(ends) / size
    first = np.arange(size, dtype="float32")[:, None]
    # The share of the area that an output pixel stands for; or the two nearest pixels, where a side does not shrink.
    area = ops.relu(ops.minimum(ends, scale * (first + 1)) - ops.maximum(ends - 1, scale * first))
    linear = ops.relu(1 - ops.absolute(ends - 0.5 - scale * (first + 0.5)))
    weights = ops.where(ops.logical_and(shrinks, ops.greater(scale, 1.0)), area, linear)
    return weights / ops.sum(weights, axis=3, keepdims=True)
