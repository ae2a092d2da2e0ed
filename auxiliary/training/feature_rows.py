"""Features of images, read row by row from wherever they are: one file, a file per part, several backbones."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np


class Features(ABC):
    """Features of some images, one row per image.

    Attributes:
        dtype: of the numbers.
        shape: (images, ...).
    """

    dtype: np.dtype
    shape: tuple[int, ...]

    @abstractmethod
    def row(self, place: int) -> np.ndarray:
        """The features of the image at one place, from 0 on; not to be written to. Called from several threads.

        Raises:
            UserError: a file was cut off meanwhile, or the disk fails.
        """

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The features at some places, (N,) int64 from 0 on, as (N, ...); see `row`."""
        found = np.empty((len(places), *self.shape[1:]), self.dtype)
        for target, place in zip(found, places, strict=True):
            target[...] = self.row(int(place))
        return found

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        """All features, for NumPy's functions."""
        if copy is False:
            raise ValueError("features on the disk can only be copied")
        return self[np.arange(len(self))].astype(dtype or self.dtype, copy=False)


class InParts(Features):
    """The features of a table whose parts have a file each.

    Args:
        parts: the features of each part, in order, alike in all but the number of images.
    """

    def __init__(self, parts: Sequence[Features]) -> None:
        self._parts = parts
        *self._starts, images = accumulate(map(len, parts), initial=0)
        self.dtype, self.shape = parts[0].dtype, (images, *parts[0].shape[1:])

    def row(self, place: int) -> np.ndarray:
        """The features of the image at one place; see `Features`."""
        number = bisect_right(self._starts, place) - 1
        return self._parts[number].row(place - self._starts[number])


class Chosen(Features):
    """The features of some of the images.

    Args:
        features: those of all images.
        places: of the images, (N,) int64 from 0 on.
    """

    def __init__(self, features: Features, places: np.ndarray) -> None:
        self._features, self._places = features, places
        self.dtype, self.shape = features.dtype, (len(places), *features.shape[1:])

    def row(self, place: int) -> np.ndarray:
        """The features of the image at one place; see `Features`."""
        return self._features.row(int(self._places[place]))


class SideBySide(Features):
    """The pooled features of several backbones as one.

    Args:
        backbones: the features of each, of the same images, (images, channels).
    """

    def __init__(self, backbones: Sequence[Features]) -> None:
        self._backbones = backbones
        self.dtype = np.result_type(*(each.dtype for each in backbones))
        self.shape = (len(backbones[0]), sum(each.shape[1] for each in backbones))

    def row(self, place: int) -> np.ndarray:
        """The features of the image at one place; see `Features`."""
        return np.concatenate([each.row(place) for each in self._backbones])
