"""Augmented batches for tests, with random numbers of a seed or given by hand."""

import numpy as np

from auxiliary.core.spec import parse_spec
from auxiliary.data.augmentation.augment_batch import augment_batch
from auxiliary.data.augmentation.kinds import Draw, Move, Recolour
from auxiliary.data.augmentation.registry import AUGMENTATIONS

NOISE = np.random.default_rng(0).integers(0, 256, (40, 10, 10, 3), "uint8")
# Its values change slowly, so that any way of interpolating them gives nearly the same.
WAVES = np.uint8(128 + 100 * np.sin(np.arange(31)[:, None] / 5 + np.arange(31) / 7))[None, :, :, None].repeat(3, 3)


def parsed(spec):
    return parse_spec(spec, AUGMENTATIONS, "augment")


def draw(count, seed=0, epoch=0, step=0, number=0):
    """That of the first images of a table."""
    return Draw(seed, epoch, step, np.arange(count), number)


def drawn(step, *numbers):
    """A move or a change of colours as if it had drawn `numbers`, in -1..1, for each image."""

    class Fixed(Draw):
        def uniform(self, count):
            assert count == len(numbers)
            return np.repeat(np.reshape(numbers, (count, 1)), len(self.places), axis=1)

    class Drawn(Move if isinstance(step, Move) else Recolour):
        batches = 1.0

        def matrices(self, draw, given):
            return step.matrices(Fixed(draw.seed, draw.epoch, draw.step, draw.places), given)

    return Drawn()


def augmented(steps, images=NOISE, size=None, **options):
    """A batch augmented by a spec or by steps, as floats, so that differences have a sign."""
    steps = parsed(steps) if isinstance(steps, str) else steps
    return augment_batch(images, steps, draw(len(images), **options), size).astype(float)


def same(one, other):
    """Equal but for rounding: twice, where pixels move and change colour."""
    return np.allclose(one, other, atol=1.01)
