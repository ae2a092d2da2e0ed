"""Augmentation of a batch of images."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import groupby

import numpy as np

from auxiliary.data.augmentation.colours import recoloured
from auxiliary.data.augmentation.kinds import Augmentation, Draw, Mix, Move, Recolour
from auxiliary.data.augmentation.warp import resized, warped


def augment_batch(images: np.ndarray, steps: Sequence[Augmentation], draw: Draw, size: int | None = None) -> np.ndarray:
    """Augment each image of a batch in its own way.

    First all moves, in one resampling; then the others in their order. `mix_batch` is for those that mix images, which
    are passed over here.

    Args:
        images: (N, H, W, 3) uint8.
        steps: the augmentations, as `parse_spec` reads them.
        draw: which batch this is; it alone decides all random numbers.
        size: side of the result in pixels; None for the sides of the images.

    Returns:
        The augmented images, uint8; the given ones where nothing changes.
    """
    sides = (size, size) if size else images.shape[2:0:-1]
    acting = list(_acting(steps, draw))
    if moves := [step.matrices(own, sides) for step, own in acting if isinstance(step, Move)]:
        # Places go back from the result, so the last move comes first.
        images = warped(images, reduce(np.matmul, moves), sides)
    else:
        images = resized(images, sides)
    others = [pair for pair in acting if not isinstance(pair[0], Move | Mix)]
    for recolours, pairs in groupby(others, lambda pair: isinstance(pair[0], Recolour)):
        if recolours:
            images = recoloured(images, list(pairs))
        else:
            images = reduce(lambda before, pair: pair[0].repainted(before, pair[1]), pairs, images)
    return images


def mix_batch(images: np.ndarray, labels: np.ndarray, steps: Sequence[Augmentation],
              draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """Mix the images of an augmented batch, and their labels, by the first of the steps that mixes this batch.

    Args:
        images: (N, H, W, 3) uint8.
        labels: (N, classes) float32, the share of each class.
        steps: the augmentations, as for `augment_batch`.
        draw: which batch this is.

    Returns:
        Images and labels, as those given; the given ones where none of the steps mixes this batch.
    """
    for step, own in _acting(steps, draw):
        if isinstance(step, Mix):
            return step.mixed(images, labels, own)
    return images, labels


def _acting(steps: Sequence[Augmentation], draw: Draw) -> Iterator[tuple[Augmentation, Draw]]:
    """The steps that act on this batch, each with random numbers of its own."""
    for number, step in enumerate(steps):
        own = replace(draw, number=number)
        if own.chooses(step.batches):
            yield step, own
