"""The limit above which an image counts as unlike the training images, see `auxiliary.evaluation.out_of_distribution`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

KEPT = 0.95     # share of the validation images that are below the limit
UNLIKE = "unlike anything it was trained on"


class Scale(NamedTuple):
    """What brings distances to the same scale: 0 is the median of the validation images, and 1 the limit.

    Attributes:
        median: of the distances of the validation images.
        limit: the distance that 95% of them are below.
    """

    median: float
    limit: float

    def __call__(self, distances: np.ndarray) -> np.ndarray:
        """Scores for distances; above 1 the image is unlike the training images."""
        return (distances - self.median) / (self.limit - self.median)


def scale_of(distances: np.ndarray) -> Scale:
    """The scale by the distances, or the scores, of the validation images."""
    median, limit = np.quantile(distances, [0.5, KEPT])
    # Equal only where hardly any image differs from the others; then all that differ are unlike.
    return Scale(float(median), float(max(limit, median + 1e-9)))


def joined_scale(val_scores: Sequence[np.ndarray]) -> Scale:
    """The scale of the mean of several networks' scores, by those of the validation images, which are the same."""
    return scale_of(np.mean(val_scores, axis=0, dtype="float64"))


def is_unlike(score: float) -> bool:
    """Whether an image of that score is unlike the training images; of one that is no number it is not known."""
    return score > 1
