"""Files as worker processes read them: pixels for a network, or the reason why a file is not an image.

Imports little, because every process waits for it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.deep import Span
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.preprocess import image_bytes, is_unscaled, network_pixels

Stamp = tuple[int, int]    # size in bytes and time of the last change in ns; two zeros where they cannot be read


class ReadFile(NamedTuple):
    """A file as it was read.

    Attributes:
        stamp: of the file, when it was read.
        pixels: (S, S, 3) uint8 in RGB; None where it is not an image.
        error: why it is not an image; empty for an image.
        unscaled: whether `is_unscaled` tells it.
    """

    stamp: Stamp
    pixels: np.ndarray | None = None
    error: str = ""
    unscaled: bool = False


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file as it is now."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def read_files(paths: Sequence[ImagePath], size: int, span: Span | None) -> list[ReadFile]:
    """Read and decode some files, as a worker process does.

    Args:
        paths: the files.
        size: side of the pixels.
        span: as in `network_pixels`.
    """
    return [_read(path, size, span) for path in paths]


def _read(path: ImagePath, size: int, span: Span | None) -> ReadFile:
    # Before the bytes, so that a change meanwhile is noticed.
    stamp = stamp_of(path.path)
    try:
        if path.error:
            raise ImageError(path.error)
        data = image_bytes(path.path)
        pixels = network_pixels(data, size, span)
    except ImageError as error:
        return ReadFile(stamp, error=str(error))
    return ReadFile(stamp, pixels, unscaled=is_unscaled(data, span))
