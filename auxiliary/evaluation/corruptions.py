"""Corrupted images: blurred, noisy, brighter, compressed by JPEG, or rotated, each at three severities.

Source: D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations", ICLR 2019, with the parameters of their programs: those for ImageNet-C, whose images have 224 pixels a
side, and for images of up to 64 pixels those for CIFAR-10-C, which have 32. Of their five severities the first, the
third and the fifth are taken. Rotation is not theirs, nor are its angles.

At other sizes than 224 or 32 a blur is wider or narrower in proportion, so that the same details are lost; noise and
JPEG act on the pixels as they are. Results are rounded, where theirs are cut off, and not saved as JPEG files
afterwards: figures are near theirs, not the same.

A corrupted image depends on the seed and on the image alone, not on its batch.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from auxiliary.data.augmentation.moves import turned
from auxiliary.data.augmentation.warp import warped
from auxiliary.data.reading.jpeg import encode_jpeg, jpeg_pixels

METHOD = 1             # version of the corruptions; raise it when a corrupted image would be another
SEVERITIES = 1, 3, 5   # of the five that were published
SIDE, SMALL_SIDE = 224, 32    # pixels of the images that the published parameters are for
SMALL = 64             # pixels of an image up to which it is a small one
TRUNCATE = 4           # standard deviations after which a blur ends, as in scikit-image and SciPy


class Corruption(NamedTuple):
    """One way to corrupt images.

    Attributes:
        corrupt: from (N, H, W, 3) uint8 images in RGB, the amount and a seed to images likewise.
        amounts: the amount at each of the `SEVERITIES`.
        small: those for small images.
    """

    corrupt: Callable[[np.ndarray, float, int], np.ndarray]
    amounts: tuple[float, float, float]
    small: tuple[float, float, float]


def corrupted(images: np.ndarray, name: str, severity: int, seed: int = 0) -> np.ndarray:
    """Images corrupted in one way.

    Args:
        images: (N, H, W, 3) uint8 in RGB.
        name: one of `CORRUPTIONS`.
        severity: one of `SEVERITIES`.
        seed: of the random numbers, from 0.

    Returns:
        (N, H, W, 3) uint8.
    """
    corruption = CORRUPTIONS[name]
    amounts = corruption.small if is_small(images) else corruption.amounts
    return corruption.corrupt(images, amounts[SEVERITIES.index(severity)], seed)


def is_small(images: np.ndarray) -> bool:
    """Whether images, (N, H, W, 3), are so small that the parameters of CIFAR-10-C are for them."""
    return max(images.shape[1:3]) <= SMALL


def blurred(images: np.ndarray, deviation: float, seed: int) -> np.ndarray:    # noqa: ARG001
    """A Gaussian blur; its standard deviation is in pixels of an image of 224, or 32; the edge is repeated outwards."""
    sigma = deviation * max(images.shape[1:3]) / (SMALL_SIDE if is_small(images) else SIDE)
    side = 2 * round(TRUNCATE * sigma) + 1
    # In float32: OpenCV's blur of uint8 rounds after each of the two directions.
    return _as_bytes(np.stack([cv2.GaussianBlur(image.astype("float32"), (side, side), sigma,
                                                borderType=cv2.BORDER_REPLICATE) for image in images]))


def noisy(images: np.ndarray, deviation: float, seed: int) -> np.ndarray:
    """Gaussian noise on each number of each pixel; its standard deviation is a share of white."""
    noise = np.stack([_generator(image, seed).standard_normal(image.shape, "float32") for image in images])
    return _as_bytes(images + 255 * np.float32(deviation) * noise)


def brightened(images: np.ndarray, amount: float, seed: int) -> np.ndarray:    # noqa: ARG001
    """The value of HSV, which is the largest of red, green and blue, raised by a share of white, up to white."""
    value = images.max(axis=3, keepdims=True).astype("float32")
    raised = np.minimum(value + 255 * np.float32(amount), 255)
    # Hue and saturation stay where all three numbers grow by one factor. Black has neither, and becomes grey.
    return _as_bytes(np.where(value > 0, images * (raised / np.maximum(value, 1)), raised))


def compressed(images: np.ndarray, quality: float, seed: int) -> np.ndarray:    # noqa: ARG001
    """Written as JPEG of a quality from 1 to 95, and read again."""
    return np.stack([jpeg_pixels(encode_jpeg(image, int(quality))) for image in images])


def rotated(images: np.ndarray, degrees: float, seed: int) -> np.ndarray:
    """Turned about the centre by an angle in degrees, to the left or to the right; the edge is mirrored in."""
    sides = images.shape[2], images.shape[1]
    signs = np.array([_generator(image, seed).choice([-1, 1]) for image in images])
    return warped(images, turned(np.radians(degrees) * signs, sides), sides)


CORRUPTIONS: dict[str, Corruption] = {
    "blur": Corruption(blurred, (1, 3, 6), (0.4, 0.7, 1)),
    "noise": Corruption(noisy, (0.08, 0.18, 0.38), (0.04, 0.08, 0.1)),
    "brightness": Corruption(brightened, (0.1, 0.3, 0.5), (0.05, 0.15, 0.3)),
    "JPEG": Corruption(compressed, (25, 15, 7), (80, 58, 40)),
    "rotation": Corruption(rotated, (10, 20, 30), (10, 20, 30)),
}


def _generator(image: np.ndarray, seed: int) -> np.random.Generator:
    """Random numbers of one image, wherever it is in a table."""
    content = hashlib.blake2b(np.ascontiguousarray(image), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(content, "little")])


def _as_bytes(images: np.ndarray) -> np.ndarray:
    """Numbers around 0..255 as uint8, rounded and clipped."""
    return np.rint(images).clip(0, 255).astype("uint8")
