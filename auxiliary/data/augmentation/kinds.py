"""The kinds of augmentations, and the random numbers that they get."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

Share = Annotated[float, Field(ge=0, lt=1)]
# The share of the batches that an augmentation acts on.
Batches = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, eq=False)
class Draw:
    """The random numbers of one augmentation for one batch: a function of these fields alone.

    Attributes:
        seed: of the run.
        epoch: its number, from 0.
        step: number of the batch in its epoch, from 0.
        places: (N,) int64, the number of each image in its table.
        number: number of the augmentation in its spec, from 0.
    """

    seed: int
    epoch: int
    step: int
    places: np.ndarray
    number: int = 0

    def generator(self) -> np.random.Generator:
        """A generator, the same one at every call."""
        return np.random.default_rng(self._entropy)

    def uniform(self, count: int) -> np.ndarray:
        """(count, N) float64: so many numbers per image, uniform in -1..1."""
        return self.generator().uniform(-1, 1, (len(self.places), count)).T

    def chooses(self, batches: float) -> bool:
        """Whether this batch is one of that share of the batches."""
        return batches == 1 or np.random.default_rng([*self._entropy, 1]).random() < batches

    @property
    def _entropy(self) -> list[int]:
        # From 1, because NumPy takes (seed, epoch, 0) for (seed, epoch), which the order is drawn from.
        return [self.seed, self.epoch, self.step + 1, self.number + 1]


class Augmentation:
    """Changes each image of a batch in its own way.

    Attributes:
        batches: the share of the batches that it acts on.
    """

    batches: float


class Move(Augmentation):
    """Moves pixels, by affine maps from places in the result to places in the image.

    Places are (x, y, 1) with the centre at (0, 0) and the image's side as the unit.
    """

    def matrices(self, draw: Draw, sides: tuple[int, int]) -> np.ndarray:
        """(N, 3, 3) float64 matrices, for a result of (width, height) pixels."""
        raise NotImplementedError


class Recolour(Augmentation):
    """Changes the colours of pixels, by affine maps of (red, green, blue, 1), white being 1."""

    def matrices(self, draw: Draw, means: np.ndarray) -> np.ndarray:
        """(N, 4, 4) float64 matrices, for images of these mean colours, (3, N)."""
        raise NotImplementedError


class Repaint(Augmentation):
    """Changes pixels in any other way."""

    def repainted(self, images: np.ndarray, draw: Draw) -> np.ndarray:
        """New images, (N, H, W, 3) uint8 as those given."""
        raise NotImplementedError


class Mix(Augmentation):
    """Mixes images with others of their batch, and their labels likewise."""

    def mixed(self, images: np.ndarray, labels: np.ndarray, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
        """New images, (N, H, W, 3) uint8, and labels, (N, classes) float32 shares, as those given."""
        raise NotImplementedError


def affine(*rows: list[np.ndarray | float]) -> np.ndarray:
    """(N, M, M) matrices of affine maps, of their first M - 1 rows; entries are (N,), or one for all."""
    entries = [entry for row in rows for entry in row] + [0.0] * len(rows) + [1.0]
    side = len(rows) + 1
    return np.stack(np.broadcast_arrays(*entries), axis=-1).reshape(-1, side, side)


def parts(area: np.ndarray, draws: np.ndarray, ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Width and height of rectangles within an image, as shares of its sides.

    Args:
        area: (N,) shares of the image's area.
        draws: (N,) uniform in -1..1.
        ratio: the greatest ratio of the sides; width to height is log-uniform up to it, both ways, as far as the
            rectangle still fits.
    """
    stretch = np.exp(draws * np.minimum(np.log(ratio), -np.log(area)))
    return np.sqrt(area * stretch), np.sqrt(area / stretch)
