"""Applies a line of augmentations to a batch of pictures."""

from collections.abc import Sequence
from functools import reduce

import cv2
import numpy as np

from auxiliary.data.augmentations import Augmentation, Move, Recolour


def augment_batch(pictures: np.ndarray, steps: Sequence[Augmentation], generator: np.random.Generator) -> np.ndarray:
    """Augment each picture of a batch in its own way.

    Args:
        pictures: (N, H, W, 3) uint8.
        steps: the augmentations, as `parse_line` reads them.
        generator: what to draw from.

    Returns:
        The augmented pictures, same shape and dtype; the given ones where there is no step.
    """
    draws = np.split(generator.uniform(-1, 1, (len(pictures), sum(step.draws for step in steps))),
                     np.cumsum([step.draws for step in steps])[:-1], axis=1) if steps else []
    matrices = [(step, step.matrices(numbers)) for step, numbers in zip(steps, draws, strict=True)]
    moves = [matrix for step, matrix in matrices if isinstance(step, Move)]
    colours = [matrix for step, matrix in matrices if isinstance(step, Recolour)]
    if moves:
        # Places go back from the result, so the last move comes first.
        pictures = _moved(pictures, reduce(np.matmul, moves))
    # Colours go forward.
    return _recoloured(pictures, reduce(np.matmul, reversed(colours))) if colours else pictures


def _moved(pictures: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Resample pictures by (N, 3, 3) matrices over centred places in units of the side."""
    height, width = pictures.shape[1:3]
    to_pixels = np.array([[width, 0, (width - 1) / 2], [0, height, (height - 1) / 2], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = np.empty(pictures.shape, "uint8")
    for picture, matrix, out in zip(pictures, to_pixels @ matrices @ np.linalg.inv(to_pixels), moved, strict=True):
        cv2.warpAffine(picture, matrix[:2], (width, height), out, flags, cv2.BORDER_REFLECT)
    return moved


def _recoloured(pictures: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Map colours by (N, 4, 4) matrices over (red, green, blue, 1), white being 1; what is too bright becomes white."""
    matrices = matrices[:, :3] * [1, 1, 1, 255]
    recoloured = np.empty(pictures.shape, "uint8")
    for picture, matrix, out in zip(pictures, matrices, recoloured, strict=True):
        cv2.transform(picture, matrix, out)
    return recoloured
