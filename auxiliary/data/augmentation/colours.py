"""Augmentations that change colours. Those that follow each other are one matrix per image."""

from typing import Annotated

import cv2
import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.data.augmentation.kinds import Batches, Draw, Recolour, Share, affine

# The weights of red, green and blue in perceived brightness (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


@operation
class Brightness(Recolour):
    """`brightness(share)`: all pixels lighter or darker by up to that share of the full range."""

    share: Share
    batches: Batches = 1.0

    def matrices(self, draw: Draw, means: np.ndarray) -> np.ndarray:  # noqa: ARG002
        lighter = self.share * draw.uniform(1)[0]
        return affine([1, 0, 0, lighter], [0, 1, 0, lighter], [0, 0, 1, lighter])


@operation
class Saturation(Recolour):
    """`saturation(share)`: colours stronger or paler by up to that share; grey stays grey."""

    share: Share
    batches: Batches = 1.0

    def matrices(self, draw: Draw, means: np.ndarray) -> np.ndarray:  # noqa: ARG002
        return saturated(1 + self.share * draw.uniform(1)[0])


@operation
class Colour(Recolour):
    """`colour(brightness, contrast, saturation, grey)`: each multiplied by a factor up to that share from 1.

    Brightness by its distance from black, contrast from the image's mean grey, saturation from grey, in this order.
    A share `grey` of the images lose their colours.
    """

    brightness: Share = 0.0
    contrast: Share = 0.0
    saturation: Share = 0.0
    grey: Annotated[float, Field(ge=0, le=1)] = 0.0
    batches: Batches = 1.0

    def matrices(self, draw: Draw, means: np.ndarray) -> np.ndarray:
        *draws, chance = draw.uniform(4)
        light, contrast, colour = (1 + share * numbers for share, numbers in zip(
            (self.brightness, self.contrast, self.saturation), draws, strict=True))
        colour = np.where((chance + 1) / 2 < self.grey, 0, colour)
        return saturated(colour) @ contrasted(contrast, light * means) @ lightened(light)


def lightened(factors: np.ndarray | float) -> np.ndarray:
    """(N, 4, 4) matrices that multiply the distance from black by factors, (N,)."""
    return affine([factors, 0, 0, 0], [0, factors, 0, 0], [0, 0, factors, 0])


def contrasted(factors: np.ndarray | float, means: np.ndarray) -> np.ndarray:
    """(N, 4, 4) matrices that multiply the distance from the grey of mean colours, (3, N), by factors, (N,)."""
    rest = (1 - factors) * (np.array(LUMA) @ means)
    return affine([factors, 0, 0, rest], [0, factors, 0, rest], [0, 0, factors, rest])


def saturated(factors: np.ndarray | float) -> np.ndarray:
    """(N, 4, 4) matrices that multiply the distance from grey by factors, (N,)."""
    # On the straight line from the grey image through the image itself.
    grey = affine(*[[*LUMA, 0]] * 3)
    return grey + (np.eye(4) - grey) * np.reshape(factors, (-1, 1, 1))


def mean_colours(images: np.ndarray) -> np.ndarray:
    """The mean colour of each of (N, H, W, 3) uint8 images, (3, N), white being 1."""
    return np.array([cv2.mean(image)[:3] for image in images]).reshape(-1, 3).T / 255


def recoloured(images: np.ndarray, steps: list[tuple[Recolour, Draw]]) -> np.ndarray:
    """Images, (N, H, W, 3) uint8, after some changes of colour; what is then whiter than white becomes white."""
    means, matrices = mean_colours(images), np.eye(4)
    for step, draw in steps:
        matrix = step.matrices(draw, means)
        means = np.einsum("nij,jn->in", matrix[:, :3, :3], means) + matrix[:, :3, 3].T
        matrices = matrix @ matrices
    return transformed(images, matrices)


def transformed(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Map the colours of (N, H, W, 3) uint8 images by (N, 4, 4) matrices."""
    result = np.empty_like(images)
    for image, matrix, out in zip(images, matrices[:, :3] * [1, 1, 1, 255], result, strict=True):
        cv2.transform(image, matrix, out)
    return result
