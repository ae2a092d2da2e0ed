"""How large an image may be. Light, for worker processes.

JPEG files are decoded at a reduced size, where they take little memory; so they may be larger than others, for which
Pillow's limit holds. Pillow checks it after it has read a file's head, and it is not changed here.
"""

import math
import re
from typing import BinaryIO

from PIL import Image
from PIL.JpegImagePlugin import jpeg_factory

from auxiliary.core.errors import ImageError

# Pixels. One of that size takes 50 MB, and 1.2 GB where it is stored in several scans (progressive) and in full colour.
LARGEST_JPEG = 200_000_000
# What Pillow raises above its limit.
BOMB = Image.DecompressionBombError, Image.DecompressionBombWarning
MILLION = 10**6


def largest_jpeg(mode: str) -> int:
    """The most pixels that a JPEG file of a mode may have; the fast path takes no CMYK."""
    return LARGEST_JPEG if mode in ("L", "RGB") else Image.MAX_IMAGE_PIXELS


def open_large_jpeg(file: BinaryIO) -> Image.Image:
    """Open a JPEG file that Pillow has refused for its size.

    Raises:
        ImageError: it is above the limit for JPEG files.
    """
    file.seek(0)
    image = jpeg_factory(file)
    pixels, most = image.width * image.height, largest_jpeg(image.mode)
    if pixels > most:
        raise ImageError(f"absurdly large: {_megapixels(pixels)}, and {most // MILLION} are the most: make it smaller")
    return image


def bomb_reason(error: Exception) -> str:
    """The reason in place of what Pillow says, which names the pixels first."""
    pixels = int(re.search(r"\d+", str(error))[0])
    return (f"absurdly large: {_megapixels(pixels)}, and {Image.MAX_IMAGE_PIXELS // MILLION} are the most, or "
            f"{LARGEST_JPEG // MILLION} as JPEG: make it smaller")


def _megapixels(pixels: int) -> str:
    return f"{math.ceil(pixels / MILLION):,} megapixels"
