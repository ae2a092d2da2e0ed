"""Augmentations that mix the images of a batch, and their labels."""

from typing import Annotated

import cv2
import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.data.augmentation.kinds import Batches, Draw, Mix

Alpha = Annotated[float, Field(gt=0)]


@operation
class Mixup(Mix):
    """`mixup(alpha)`: each image becomes a weighted mean of itself and another one of its batch.

    Its own weight has the distribution Beta(alpha, alpha): near 0 or 1 for a small `alpha`, uniform for 1.

    Source: Zhang et al. 2017, https://arxiv.org/abs/1710.09412.
    """

    alpha: Alpha
    batches: Batches = 1.0

    def mixed(self, images: np.ndarray, labels: np.ndarray, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
        rng = draw.generator()
        others, own = rng.permutation(len(images)), rng.beta(self.alpha, self.alpha, len(images))
        result = np.empty_like(images)
        for number, (other, weight) in enumerate(zip(others, own, strict=True)):
            cv2.addWeighted(images[number], weight, images[other], 1 - weight, 0, result[number])
        return result, _shares(labels, others, own)


@operation
class Cutmix(Mix):
    """`cutmix(alpha)`: a rectangle of each image is replaced by that of another one of its batch.

    Its share of the area has the distribution Beta(alpha, alpha), but for what lies beyond the edge.

    Source: Yun et al. 2019, https://arxiv.org/abs/1905.04899.
    """

    alpha: Alpha
    batches: Batches = 1.0

    def mixed(self, images: np.ndarray, labels: np.ndarray, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
        rng, (count, height, width) = draw.generator(), images.shape[:3]
        others, side = rng.permutation(count), np.sqrt(rng.beta(self.alpha, self.alpha, count))
        x, y = rng.random((2, count))
        columns, rows = _around(x, side, width), _around(y, side, height)
        result = images.copy()
        for number, other in enumerate(others):
            part = slice(*rows[:, number]), slice(*columns[:, number])
            result[number][part] = images[other][part]
        covered = (columns[1] - columns[0]) * (rows[1] - rows[0])
        return result, _shares(labels, others, 1 - covered / (width * height))


def _around(centre: np.ndarray, share: np.ndarray, side: int) -> np.ndarray:
    """First pixel, and the one after the last, of that share of a side around a centre in 0..1; (2, N)."""
    ends = np.stack([centre - share / 2, centre + share / 2]).clip(0, 1)
    return np.rint(ends * side).astype(int)


def _shares(labels: np.ndarray, others: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Labels, (N, classes) float32, of which the images' own have that share, (N,), and others the rest."""
    own = own.astype("float32")[:, None]
    return own * labels + (1 - own) * labels[others]
