"""Images of one flat colour: they show nothing, and mostly something went wrong. Light, for worker processes."""

from typing import TYPE_CHECKING

from PIL import Image

from auxiliary.core.errors import ImageError

if TYPE_CHECKING:
    import numpy as np

STEP = 32    # pixels; nearly every image differs among those so far apart


def check_image(image: Image.Image) -> None:
    """Check that an RGB image has more than one colour: `ImageError` otherwise."""
    if all(low == high for low, high in image.getextrema()):
        raise ImageError("one flat colour")


def check_pixels(pixels: "np.ndarray") -> None:
    """Check that (H, W, 3) pixels have more than one colour: `ImageError` otherwise."""
    first = pixels[0, 0]
    if (pixels[::STEP, ::STEP] == first).all() and (pixels == first).all():
        raise ImageError("one flat colour")
