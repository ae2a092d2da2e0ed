"""The pixels of a new image as the network gets them."""

import io
import stat
from pathlib import Path

import numpy as np

from auxiliary.core.errors import ImageError
from auxiliary.data.processing.processed_paths import SMALL
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.deep import Span, is_deep
from auxiliary.data.reading.flat import check_pixels
from auxiliary.data.reading.header import read_header, short_reasons
from auxiliary.data.reading.jpeg import resized

# What is said of a deep image where the network has seen none.
UNSCALED = "images with more than 8 bits a value are scaled by the range of their type: the run was trained on none"


def image_bytes(path: Path) -> bytes:
    """The bytes of an image file; of other files only the first ones are read.

    Raises:
        ImageError: it is not an image, or cannot be read.
    """
    with short_reasons():
        # Opening a pipe or a device may never return.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ImageError("not a regular file")
        with path.open("rb") as file:
            read_header(file)
            file.seek(0)
            return file.read()


def network_pixels(data: bytes, size: int, span: Span | None = None) -> np.ndarray:
    """Decode an image as notebook 01 does, and resize it for the network.

    Args:
        data: the bytes of an image file of any format and size that `catalogue` accepts.
        size: side of the square in pixels.
        span: the values that become black and white in deep images, see `auxiliary.data.reading.deep`.

    Returns:
        (size, size, 3) uint8 in RGB.

    Raises:
        ImageError: the data is not an image, damaged, absurdly large, or of one flat colour.
    """
    header = read_header(io.BytesIO(data))
    small = max(header.width, header.height) <= SMALL
    pixels = np.asarray(open_rgb(data, span=span)) if small else rgb_pixels(data, size, span)
    check_pixels(pixels)
    return resized(pixels, size) if small else pixels


def is_unscaled(data: bytes, span: Span | None) -> bool:
    """Whether the bytes of an image file hold more than 8 bits a value, and there is no span for them."""
    return not span and is_deep(read_header(io.BytesIO(data)).mode)
