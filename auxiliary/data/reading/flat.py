"""Images of one flat colour: they show nothing, and mostly something went wrong. Light, for worker processes."""

from typing import TYPE_CHECKING

from PIL import Image

from auxiliary.core.errors import ImageError

if TYPE_CHECKING:
    import numpy as np


def check_image(image: Image.Image) -> None:
    """Check that an RGB image has more than one colour: `ImageError` otherwise."""
    if all(low == high for low, high in image.getextrema()):
        raise ImageError("one flat colour")


def check_pixels(pixels: "np.ndarray") -> None:
    """Check that (H, W, 3) pixels have more than one colour: `ImageError` otherwise."""
    # In nearly every image the first pixel differs from the middle one, which is quick to see.
    middle = pixels.shape[0] // 2, pixels.shape[1] // 2, 0
    if pixels.item(0) == pixels.item(middle) and (pixels == pixels[0, 0]).all():
        raise ImageError("one flat colour")
