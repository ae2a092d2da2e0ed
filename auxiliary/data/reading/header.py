"""Format, size and mode of an image, from its first bytes. Light, for worker processes.

Nothing here changes Pillow's settings, and no warning escapes. Warnings are caught the standard library's way,
which is safe in many processes but not in many threads of one process.
"""

import io
import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.deep import stored_mode
from auxiliary.data.reading.jpeg_segments import JPEG
from auxiliary.data.reading.known_formats import camera_raw, format_name, is_heif
from auxiliary.data.reading.largest import BOMB, bomb_reason, open_large_jpeg
from auxiliary.data.reading.png_metadata import without_excess

# Python prints the errors that a library logs where nobody handles them; here they become an `ImageError`.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# The formats that people keep images in, beside HEIF. Left out on purpose: formats that run other programs (EPS), and
# those without a signature (TGA), as which any file might pass.
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
        mode: Pillow's mode, such as "RGB" or "P"; see also `auxiliary.data.reading.deep.stored_mode`.
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
        ImageError: empty, not an image, of a format that cannot be read, absurdly large or damaged.
    """
    with short_reasons(), identified(file) as image:
        # One string for all images of a format.
        return Header(sys.intern(str(image.format).lower()), *image.size, sys.intern(stored_mode(image)),
                      len(image.getbands()))


def identified(file: BinaryIO) -> Image.Image:
    """Open an image of a known format, for Pillow to read on.

    Args:
        file: an open binary file, at its start.

    Raises:
        ImageError: empty, not an image, of a format that cannot be read, or a JPEG that is absurdly large.
    """
    head = file.read(LONGEST_HEAD)
    if not head:
        raise ImageError("empty file")
    if raw := camera_raw(head):
        raise ImageError(_unreadable(raw))
    try:
        if head.startswith(b"P"):
            Image.open(io.BytesIO(head), formats=["PPM"])
        file.seek(0)
        return Image.open(without_excess(file), formats=_formats(head))
    except BOMB:
        if not head.startswith(JPEG):
            raise
        return open_large_jpeg(file)
    except Image.UnidentifiedImageError as error:
        if is_heif(head):
            raise ImageError("damaged: not a whole HEIF file") from error
        name = format_name(head)
        raise ImageError(_unreadable(name) if name else "not an image") from error


def _formats(head: bytes) -> Sequence[str]:
    """Pillow's formats that a file may have; that of HEIF is loaded once a file needs it."""
    if not is_heif(head):
        return FORMATS
    # Here, because workers that see no HEIF need not wait for it.
    from pillow_heif import register_heif_opener

    register_heif_opener()
    # AVIF too, because some such files name only the container that both formats share.
    return ("HEIF", "AVIF")


def _unreadable(name: str) -> str:
    return f"{name}: cannot be read; convert it to JPEG or PNG"


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
    if isinstance(error, BOMB):
        return bomb_reason(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read: {error.strerror}"
    if "truncated" in message.lower():
        return "truncated"
    return f"damaged: {message[:100] or type(error).__name__}"
