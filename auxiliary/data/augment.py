"""Augmentation of a batch of images by a spec such as `flip | shift(0.1)`."""

from collections.abc import Sequence
from functools import reduce
from typing import Annotated, ClassVar

import cv2
import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation

DEFAULT = "flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)"
Share = Annotated[float, Field(ge=0, lt=1)]
# The weights of red, green and blue in perceived brightness (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


class Augmentation:
    """Changes each image in its own way.

    Attributes:
        draws: random numbers per image.
    """

    draws: ClassVar[int]

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        """(N, M, M) float64 matrices from (N, draws) numbers, uniform in -1..1."""
        raise NotImplementedError


class Move(Augmentation):
    """Moves pixels, by (N, 3, 3) matrices from places in the result to places in the image.

    Places are (x, y, 1) with the centre at (0, 0) and the image's side as the unit.
    """


class Recolour(Augmentation):
    """Changes the colours of pixels, by (N, 4, 4) matrices over (red, green, blue, 1), white being 1."""


@operation
class Flip(Move):
    """`flip`: half of the images are mirrored left to right."""

    draws: ClassVar[int] = 1

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        return _diagonal(np.where(draws < 0, -1, 1), 1, 1)


@operation
class Shift(Move):
    """`shift(share)`: moved by up to that share of the side, each way; the edge is mirrored in."""

    share: Share
    draws: ClassVar[int] = 2

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        return _plus(np.eye(3), self.share * draws)


@operation
class Zoom(Move):
    """`zoom(share)`: larger or smaller by up to that share; the edge is mirrored in."""

    share: Share
    draws: ClassVar[int] = 1

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        scale = 1 / (1 + self.share * draws)
        return _diagonal(scale, scale, 1)


@operation
class Brightness(Recolour):
    """`brightness(share)`: all pixels lighter or darker by up to that share of the full range."""

    share: Share
    draws: ClassVar[int] = 1

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        return _plus(np.eye(4), self.share * draws.repeat(3, axis=1))


@operation
class Saturation(Recolour):
    """`saturation(share)`: colours stronger or paler by up to that share; grey stays grey."""

    share: Share
    draws: ClassVar[int] = 1

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        grey = np.zeros((4, 4))
        grey[:3, :3] = LUMA
        grey[3, 3] = 1
        # On the straight line from the grey image through the image itself.
        return grey + (np.eye(4) - grey) * (1 + self.share * draws[:, :, None])


AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "flip": Flip, "shift": Shift, "zoom": Zoom, "brightness": Brightness, "saturation": Saturation,
}


def _diagonal(*entries: np.ndarray | int) -> np.ndarray:
    """(N, M, M) matrices of M entries, (N, 1) each or one for all."""
    return np.concatenate(np.broadcast_arrays(*entries), axis=1)[:, :, None] * np.eye(len(entries))


def _plus(matrix: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(N, M, M) matrices with (N, M - 1) numbers added to the last column."""
    matrices = np.repeat(matrix[None], len(last), axis=0)
    matrices[:, :-1, -1] += last
    return matrices


def augment_batch(images: np.ndarray, steps: Sequence[Augmentation], generator: np.random.Generator) -> np.ndarray:
    """Augment each image of a batch in its own way.

    Args:
        images: (N, H, W, 3) uint8.
        steps: the augmentations, as `parse_spec` reads them.
        generator: the source of all random numbers.

    Returns:
        The augmented images, same shape and dtype; the given ones where there is no step.
    """
    draws = np.split(generator.uniform(-1, 1, (len(images), sum(step.draws for step in steps))),
                     np.cumsum([step.draws for step in steps])[:-1], axis=1) if steps else []
    matrices = [(step, step.matrices(numbers)) for step, numbers in zip(steps, draws, strict=True)]
    moves = [matrix for step, matrix in matrices if isinstance(step, Move)]
    colours = [matrix for step, matrix in matrices if isinstance(step, Recolour)]
    if moves:
        # Places go back from the result, so the last move comes first.
        images = _moved(images, reduce(np.matmul, moves))
    # Colours go forward.
    return _recoloured(images, reduce(np.matmul, reversed(colours))) if colours else images


def _moved(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Resample images by (N, 3, 3) matrices over centred places in units of the side."""
    height, width = images.shape[1:3]
    to_pixels = np.array([[width, 0, (width - 1) / 2], [0, height, (height - 1) / 2], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = np.empty(images.shape, "uint8")
    for image, matrix, out in zip(images, to_pixels @ matrices @ np.linalg.inv(to_pixels), moved, strict=True):
        cv2.warpAffine(image, matrix[:2], (width, height), out, flags, cv2.BORDER_REFLECT)
    return moved


def _recoloured(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Map colours by (N, 4, 4) matrices over (red, green, blue, 1), white being 1; values above white become white."""
    matrices = matrices[:, :3] * [1, 1, 1, 255]
    recoloured = np.empty(images.shape, "uint8")
    for image, matrix, out in zip(images, matrices, recoloured, strict=True):
        cv2.transform(image, matrix, out)
    return recoloured
