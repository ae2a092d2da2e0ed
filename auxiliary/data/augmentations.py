"""The operations an `augment` line is made of, such as `flip | shift(0.1) | brightness(0.1)`.

Each is a matrix a picture: what moves pixels (`flip`, `shift`, `zoom`) one over places, what recolours them one over
colours. The matrices of a line are multiplied, so that a picture is interpolated once, however long the line.
"""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from auxiliary.line import operation

DEFAULT = "flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)"
Share = Annotated[float, Field(ge=0, lt=1)]
# The weights of red, green and blue in what the eye calls bright (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


class Augmentation:
    """Changes each picture in its own way.

    Attributes:
        draws: how many random numbers a picture takes.
    """

    draws: ClassVar[int]

    def matrices(self, draws: np.ndarray) -> np.ndarray:
        """(N, M, M) float64 matrices from (N, draws) numbers, uniform in -1..1."""
        raise NotImplementedError


class Move(Augmentation):
    """Moves pixels: (N, 3, 3) matrices, from places in the result to places in the picture.

    Places are (x, y, 1) with the centre at (0, 0) and the picture's side as the unit.
    """


class Recolour(Augmentation):
    """Changes the colours of pixels where they are: (N, 4, 4) matrices over (red, green, blue, 1), white being 1."""


@operation
class Flip(Move):
    """`flip`: left and right change places in half of the pictures."""

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
        # On the line from the grey picture through the picture itself.
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
