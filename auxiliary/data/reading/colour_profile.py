"""Colours into sRGB, where a file says by an ICC profile that its own are others. Light, for worker processes."""

import io
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np

# From (H, W, 3 or 4) uint8, RGB or CMYK, to (H, W, 3) uint8 in sRGB.
Convert = Callable[["np.ndarray"], "np.ndarray"]

# A profile that moves no colour further than this, of 255, is sRGB, whatever it is called.
SAME = 2
# Where the fast way ends further than this, of 255, from LittleCMS, it is not taken.
CLOSE = 1
# Bytes. The largest that are in use, of printers, have about 3 million.
LARGEST = 2**22
LEVELS = [round(255 * step / 8) for step in range(9)]


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An RGB or CMYK image with its colours in sRGB, by an ICC profile; the same image where nothing is to be done.

    That is where there is no profile, where it is sRGB's, and where it is damaged or of another kind than the image.

    Returns:
        An image of mode RGB, or the same one.
    """
    convert = conversion(profile, image.mode)
    if not convert:
        return image
    # Here and below, because workers that see no profile need not wait for NumPy.
    import numpy as np

    return Image.fromarray(convert(np.asarray(image)))


def conversion(profile: bytes | None, mode: str = "RGB") -> Convert | None:
    """What `in_srgb` does to the pixels of images of a mode; None where nothing is to be done."""
    return _conversion(profile, mode) if profile and len(profile) <= LARGEST else None


@lru_cache(maxsize=32)
def _conversion(profile: bytes, mode: str) -> Convert | None:
    from PIL import ImageCms

    flags = ImageCms.Flags
    try:
        if mode != "RGB":
            return _littlecms(profile, mode, flags.NOCACHE)
        # For a few colours a transform that is not made for speed is ready sooner, and most profiles are sRGB's.
        expected = _littlecms(profile, mode, flags.NOOPTIMIZE)(_grid())
        if _is_close(expected, _grid(), SAME):
            return None
        return _fast(profile, expected) or _littlecms(profile, mode, flags.NOCACHE)
    except (ImageCms.PyCMSError, OSError):
        return None


def _littlecms(profile: bytes, mode: str, flags: int) -> Convert:
    import numpy as np
    from PIL import ImageCms

    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), mode, "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION | flags)
    return lambda pixels: np.asarray(transform.apply(Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())))


def _fast(profile: bytes, expected: "np.ndarray") -> Convert | None:
    """What does the same in a quarter of the time; None where there is no such thing."""
    from auxiliary.data.reading.matrix_profile import matrix_conversion

    convert = matrix_conversion(profile)
    return convert if convert and _is_close(convert(_grid()), expected, CLOSE) else None


def _grid() -> "np.ndarray":
    """A grid of 9 x 9 x 9 colours as pixels, (27, 27, 3) uint8."""
    import numpy as np

    return np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(27, 27, 3).astype("uint8")


def _is_close(colours: "np.ndarray", others: "np.ndarray", most: int) -> bool:
    return abs(colours.astype(int) - others).max() <= most
