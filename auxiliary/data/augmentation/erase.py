"""Erasing parts of images."""

from typing import Annotated

import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.data.augmentation.kinds import Batches, Draw, Repaint, parts

# The smallest share of the area, and the greatest ratio of the sides, of the source below.
SMALLEST, RATIO = 0.02, 10 / 3


@operation
class Erase(Repaint):
    """`erase(share, area)`: in that share of the images one rectangle, of up to `area` of the image, becomes noise.

    Noise, as in the source: no colour of a fill can then be learnt, and nothing in it looks like a thing of one colour.

    Source: Zhong et al. 2017, https://arxiv.org/abs/1708.04896.
    """

    share: Annotated[float, Field(ge=0, le=1)]
    area: Annotated[float, Field(gt=0, lt=1)] = 0.33
    batches: Batches = 1.0

    def repainted(self, images: np.ndarray, draw: Draw) -> np.ndarray:
        rng, images = draw.generator(), images.copy()
        count, (height, width) = len(images), images.shape[1:3]
        chosen, size, x, y = rng.random((4, count))
        least = min(SMALLEST, self.area)
        wide, high = parts(least + (self.area - least) * size, rng.uniform(-1, 1, count), RATIO)
        columns, rows = _interval(x, wide, width), _interval(y, high, height)
        for number in np.flatnonzero(chosen < self.share):
            part = images[number, slice(*rows[:, number]), slice(*columns[:, number])]
            part[:] = rng.integers(0, 256, part.shape, "uint8")
        return images


def _interval(draws: np.ndarray, share: np.ndarray, side: int) -> np.ndarray:
    """First pixel, and the one after the last, of that share of a side, at least one; (2, N) of draws in 0..1."""
    length = np.maximum(1, np.rint(share * side)).astype(int)
    first = np.floor(draws * (side - length + 1)).astype(int)
    return np.stack([first, first + length])
