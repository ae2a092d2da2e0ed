"""The pixels of a new image as the network gets them."""

import io
import stat
from pathlib import Path

import numpy as np

from auxiliary.core.errors import ImageError
from auxiliary.data.decode import open_rgb, rgb_pixels
from auxiliary.data.header import read_header, short_reasons
from auxiliary.data.jpeg import resized
from auxiliary.data.processed_paths import SMALL


def file_pixels(path: Path, size: int) -> np.ndarray:
    """The pixels of an image file, see `network_pixels`; of other files only the first bytes are read.

    Raises:
        ImageError: as in `network_pixels`, or the file cannot be read.
    """
    with short_reasons():
        # Opening a pipe or a device may never return.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ImageError("not a regular file")
        with path.open("rb") as file:
            read_header(file)
            file.seek(0)
            data = file.read()
    return network_pixels(data, size)


def network_pixels(data: bytes, size: int) -> np.ndarray:
    """Decode an image as notebook 01 does, and resize it for the network.

    Args:
        data: the bytes of an image file of any format and size that `catalogue` accepts.
        size: side of the square in pixels.

    Returns:
        (size, size, 3) uint8 in RGB.

    Raises:
        ImageError: the data is not an image, damaged, or absurdly large.
    """
    header = read_header(io.BytesIO(data))
    if max(header.width, header.height) <= SMALL:
        return resized(np.asarray(open_rgb(data)), size)
    return rgb_pixels(data, size)
