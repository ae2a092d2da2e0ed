"""Occlusion: how far a score falls where a grey square covers the image.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
https://arxiv.org/abs/1311.2901.
"""

from collections.abc import Callable, Iterator

import numpy as np

GREY = 128                # the square in all colours
WINDOWS = 4               # so many squares fill a side of the image
STRIDES = 16, 8, 4        # so many strides are a side of the image; from fine to coarse


def occlusion(score: Callable[[np.ndarray], np.ndarray], image: np.ndarray, strides: int = STRIDES[0]) -> np.ndarray:
    """How far a score falls where a grey square covers an image.

    The square's side is a quarter of the image's side. It moves over the image from edge to edge. The loss at a pixel
    is the mean over all squares that cover it.

    Args:
        score: from (N, S, S, 3) uint8 images to (N,) scores. Probabilities would hardly fall where a network is sure,
            so log-odds are better.
        image: (S, S, 3) uint8.
        strides: so many moves of the square are a side of the image, see `STRIDES`.

    Returns:
        (S, S) float64: the loss, in the score's unit; below 0 where the score rises.
    """
    squares = list(_squares(len(image), strides))
    covered = np.repeat(image[None], len(squares) + 1, axis=0)    # the last one stays as it is
    for each, (rows, columns) in zip(covered, squares, strict=False):
        each[rows, columns] = GREY
    *found, whole = score(covered).astype("float64")
    losses, times = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    for (rows, columns), covered_score in zip(squares, found, strict=True):
        losses[rows, columns] += whole - covered_score
        times[rows, columns] += 1
    return losses / times


def squares_of(side: int, strides: int) -> int:
    """The number of squares that cover an image whose side is `side` pixels; arguments as in `occlusion`."""
    return len(_starts(side, strides)) ** 2


def _squares(side: int, strides: int) -> Iterator[tuple[slice, slice]]:
    """The rows and the columns of each square."""
    starts, width = _starts(side, strides), _pixels(side, WINDOWS)
    for top in starts:
        for left in starts:
            yield slice(top, top + width), slice(left, left + width)


def _starts(side: int, strides: int) -> list[int]:
    """The first pixels of the squares along a side; the last square ends at the edge."""
    last = side - _pixels(side, WINDOWS)
    return [*range(0, last, _pixels(side, strides)), last]


def _pixels(side: int, parts: int) -> int:
    """The pixels of a part of a side, at least one."""
    return max(1, round(side / parts))
