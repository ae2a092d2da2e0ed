"""A few changes drawn from a list, all of one strength."""

from collections.abc import Callable
from typing import Annotated

import cv2
import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.data.augmentation.colours import contrasted, lightened, mean_colours, saturated, transformed
from auxiliary.data.augmentation.kinds import Batches, Draw, Repaint
from auxiliary.data.augmentation.moves import shifted, slanted, turned
from auxiliary.data.augmentation.warp import warped

STRONGEST = 10
VALUES = np.arange(256)
# The 3x3 mean of Pillow's `ImageEnhance.Sharpness`, whose middle counts for five.
SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13


@operation
class RandAugment(Repaint):
    """`randaugment(operations, strength)`: each image goes through so many operations, drawn from 14.

    The strength is 0 to 10, as in timm: 9 is nine tenths of the strongest. Edges are mirrored in.

    Source: Cubuk et al. 2019, https://arxiv.org/abs/1909.13719.
    """

    operations: Annotated[int, Field(ge=1)] = 2
    strength: Annotated[float, Field(ge=0, le=STRONGEST)] = 9.0
    batches: Batches = 1.0

    def repainted(self, images: np.ndarray, draw: Draw) -> np.ndarray:
        rng, shape, result = draw.generator(), (len(images), self.operations), images.copy()
        names = rng.choice(list(OPERATIONS), shape)
        levels = rng.choice([-1, 1], shape) * self.strength / STRONGEST
        for number, place in np.ndindex(shape):
            result[number] = OPERATIONS[names[number, place]](result[number], levels[number, place])
        return result


def _moved(image: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    return warped(image[None], matrices, image.shape[1::-1])[0]


def _mapped(image: np.ndarray, values: np.ndarray) -> np.ndarray:
    """An image whose values are looked up in (256,) or (256, 3) others."""
    return cv2.LUT(image, np.rint(values).clip(0, 255).astype("uint8").reshape(1, 256, -1))


def _recoloured(image: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    return transformed(image[None], matrices)[0]


def _autocontrast(image: np.ndarray, _: float) -> np.ndarray:
    """Stretched so that each colour goes from 0 to 255."""
    low, high = image.min((0, 1)).astype(float), image.max((0, 1)).astype(float)
    # A colour that is the same everywhere stays.
    scale, low = np.where(high > low, 255 / np.maximum(high - low, 1), 1), np.where(high > low, low, 0)
    return _mapped(image, (VALUES[:, None] - low) * scale)


def _equalised(image: np.ndarray, _: float) -> np.ndarray:
    return cv2.merge([cv2.equalizeHist(channel) for channel in cv2.split(image)])


def _posterised(image: np.ndarray, level: float) -> np.ndarray:
    """With up to four of eight bits fewer."""
    bits = round(4 * abs(level))
    return _mapped(image, VALUES >> bits << bits)


def _solarised(image: np.ndarray, level: float) -> np.ndarray:
    """The lightest values inverted, at the strongest all of them."""
    return _mapped(image, np.where(256 * (1 - abs(level)) > VALUES, VALUES, 255 - VALUES))


def _sharpened(image: np.ndarray, level: float) -> np.ndarray:
    smooth, factor = cv2.filter2D(image, -1, SMOOTH, borderType=cv2.BORDER_REFLECT), 1 + 0.9 * level
    return cv2.addWeighted(image, factor, smooth, 1 - factor, 0)


# From an image and a level in -1..1 to an image, with the ranges of the source: factors of 0.1 to 1.9, turns of 30
# degrees, slants of 0.3, shifts of 0.45.
OPERATIONS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "identity": lambda image, _: image,
    "autocontrast": _autocontrast,
    "equalise": _equalised,
    "posterise": _posterised,
    "solarise": _solarised,
    "sharpness": _sharpened,
    "brightness": lambda image, level: _recoloured(image, lightened(1 + 0.9 * level)),
    "contrast": lambda image, level: _recoloured(image, contrasted(1 + 0.9 * level, mean_colours(image[None]))),
    "saturation": lambda image, level: _recoloured(image, saturated(1 + 0.9 * level)),
    "rotate": lambda image, level: _moved(image, turned(np.radians(30) * level, image.shape[1::-1])),
    "shear x": lambda image, level: _moved(image, slanted(0.3 * level, 0)),
    "shear y": lambda image, level: _moved(image, slanted(0, 0.3 * level)),
    "shift x": lambda image, level: _moved(image, shifted(0.45 * level, 0)),
    "shift y": lambda image, level: _moved(image, shifted(0, 0.45 * level)),
}
