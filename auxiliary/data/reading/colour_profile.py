"""Colours into sRGB, where a file says by an ICC profile that its own are others. Light, for worker processes."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

# A profile that moves no colour further than this, of 255, is sRGB, whatever it is called.
SAME = 2
# Bytes. The largest that are in use, of printers, have about 3 million.
LARGEST = 2**22


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An RGB or CMYK image with its colours in sRGB, by an ICC profile; the same image where nothing is to be done.

    That is where there is no profile, where it is sRGB's, and where it is damaged or of another kind than the image.

    Returns:
        An image of mode RGB, or the same one.
    """
    transform = _transform(profile, image.mode) if profile and len(profile) <= LARGEST else None
    return transform.apply(image) if transform else image


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> "ImageCmsTransform | None":
    """What brings colours into sRGB; None where nothing is to be done."""
    # Here, because most workers see no profile.
    from PIL import ImageCms

    flags = ImageCms.Flags
    try:
        # For a few colours a transform that is not made for speed is ready sooner, and most profiles are sRGB's.
        if mode == "RGB" and _changes_nothing(_to_srgb(profile, mode, flags.NOOPTIMIZE)):
            return None
        return _to_srgb(profile, mode, flags.NOCACHE)
    except (ImageCms.PyCMSError, OSError):
        return None


def _to_srgb(profile: bytes, mode: str, flags: int) -> "ImageCmsTransform":
    from PIL import ImageCms

    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), mode, "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION | flags)


def _changes_nothing(transform: "ImageCmsTransform") -> bool:
    """Whether a transform leaves all colours of a grid of 9 x 9 x 9 where they are."""
    levels = [round(255 * step / 8) for step in range(9)]
    grid = bytes(value for red in levels for green in levels for blue in levels for value in (red, green, blue))
    changed = transform.apply(Image.frombytes("RGB", (len(grid) // 3, 1), grid)).tobytes()
    return max(abs(before - after) for before, after in zip(grid, changed, strict=True)) <= SAME
