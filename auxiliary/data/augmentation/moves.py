"""Augmentations that move pixels. All of a spec are one map of places, so that images are resampled once."""

from typing import Annotated

import numpy as np
from pandas.util import hash_array
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.data.augmentation.kinds import Batches, Draw, Move, Share, affine, parts


@operation
class Flip(Move):
    """`flip`: half of the images are mirrored left to right.

    With `alternating=True` a half that the seed chooses in even epochs, and the other half in odd ones.
    """

    alternating: bool = False
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        mirrored = _half(draw.seed, draw.places) ^ bool(draw.epoch % 2) if self.alternating else draw.uniform(1)[0] < 0
        return affine([np.where(mirrored, -1, 1), 0, 0], [0, 1, 0])


@operation
class Shift(Move):
    """`shift(share)`: moved by up to that share of the side, each way; the edge is mirrored in."""

    share: Share
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        return shifted(*self.share * draw.uniform(2))


@operation
class Translate(Move):
    """`translate(pixels)`: moved by up to so many whole pixels, each way; the edge is mirrored in."""

    pixels: Annotated[int, Field(ge=0)]
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:
        x, y = np.floor((draw.uniform(2) + 1) / 2 * (2 * self.pixels + 1)) - self.pixels
        return shifted(x / sides[0], y / sides[1])


@operation
class Zoom(Move):
    """`zoom(share)`: larger or smaller by up to that share; the edge is mirrored in."""

    share: Share
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        scale = 1 / (1 + self.share * draw.uniform(1)[0])
        return affine([scale, 0, 0], [0, scale, 0])


@operation
class Crop(Move):
    """`crop(area, ratio)`: a part of the image, stretched to all of it.

    Its share of the area is uniform from `area` to 1; it is wider or higher than the image by up to `ratio`.
    """

    area: Annotated[float, Field(gt=0, le=1)]
    ratio: Annotated[float, Field(ge=1)] = 4 / 3
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        size, stretch, x, y = draw.uniform(4)
        width, height = parts(1 - (1 - self.area) * (size + 1) / 2, stretch, self.ratio)
        return affine([width, 0, x * (1 - width) / 2], [0, height, y * (1 - height) / 2])


@operation
class Rotate(Move):
    """`rotate(degrees)`: turned by up to so many degrees, either way; the edge is mirrored in."""

    degrees: Annotated[float, Field(ge=0, le=180)]
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:
        return turned(np.radians(self.degrees) * draw.uniform(1)[0], sides)


@operation
class Shear(Move):
    """`shear(share)`: slanted by up to that share of the side, along both sides; the edge is mirrored in."""

    share: Share
    batches: Batches = 1.0

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        return slanted(*self.share * draw.uniform(2))


def shifted(x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
    """(N, 3, 3) matrices of a shift by shares of the sides, (N,)."""
    return affine([1, 0, x], [0, 1, y])


def slanted(x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
    """(N, 3, 3) matrices of a slant along both sides, by shares of the other side, (N,)."""
    return affine([1, x, 0], [y, 1, 0])


def turned(angles: np.ndarray | float, sides: tuple[int, int]) -> np.ndarray:
    """(N, 3, 3) matrices of a turn by angles, (N,) in radians, of images of (width, height) pixels."""
    cos, sin, ratio = np.cos(angles), np.sin(angles), sides[0] / sides[1]
    return affine([cos, -sin / ratio, 0], [sin * ratio, cos, 0])


def _half(seed: int, places: np.ndarray) -> np.ndarray:
    """Which images, (N,) bool, belong to a half that a seed chooses, wherever they are in an epoch."""
    return hash_array(places.astype("uint64") + (np.uint64(seed) << np.uint64(32))) < 2**63
