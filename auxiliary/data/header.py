"""Format, size and mode of an image, from its first bytes. Light, for worker processes.

Nothing here changes Pillow's settings, and no warning escapes. Warnings are caught the standard library's way,
which is safe in many processes but not in many threads of one process.
"""

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from auxiliary.core.errors import ImageError

# The formats that people keep images in. Left out on purpose: formats that run other programs (EPS), and those without
# a signature (TGA), as which any file might pass.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "ICO", "AVIF")
# Pillow looks for the end of a PPM file's comments byte by byte, ten seconds in a file of 50 MB; it gets no more.
LONGEST_HEAD = 2**16


@dataclass(frozen=True)
class Header:
    """What an image's first bytes tell.

    Attributes:
        format: Pillow's name of the format, lower case.
        width: in pixels as stored, before any EXIF rotation.
        height: likewise.
        mode: Pillow's mode, such as "RGB" or "P".
        channels: number of bands of that mode.
    """

    format: str
    width: int
    height: int
    mode: str
    channels: int


def read_header(file: BinaryIO) -> Header:
    """Read an image's format, size and mode, without decoding its pixels.

    Args:
        file: an open binary file, at its start.

    Raises:
        ImageError: empty, not an image, absurdly large or damaged.
    """
    with short_reasons(), identified(file) as image:
        # One string for all images of a format.
        return Header(sys.intern(str(image.format).lower()), *image.size, image.mode, len(image.getbands()))


def identified(file: BinaryIO) -> Image.Image:
    """Open an image of a known format, for Pillow to read on.

    Args:
        file: an open binary file, at its start.
    """
    head = file.read(LONGEST_HEAD)
    if not head:
        raise ImageError("empty file")
    if head.startswith(b"P"):
        Image.open(io.BytesIO(head), formats=["PPM"])
    file.seek(0)
    return Image.open(file, formats=FORMATS)


@contextmanager
def short_reasons() -> Iterator[None]:
    """Turns whatever is wrong with an image into an `ImageError`, and silences warnings."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pillow only warns from one time its limit and refuses from two.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except ImageError:
        raise
    except Exception as error:    # on damaged files Pillow's plug-ins raise nearly anything
        raise ImageError(_reason(error)) from error


def _reason(error: Exception) -> str:
    message = " ".join(str(error).split())
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"absurdly large: {message.split(',')[0]}"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not an image"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read: {error.strerror}"
    if "truncated" in message.lower():
        return "truncated"
    return f"damaged: {message[:100] or type(error).__name__}"
