"""What an image looks like, in few bytes: a perceptual hash and a thumbnail. Light, for worker processes.

An image's look travels in the comment of its own JPEG file: it is written with the image in one step, survives
whatever the image survives, and is read back without decoding a pixel.
"""

import base64
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.data.header import read_header

if TYPE_CHECKING:
    import numpy as np

HASHED = 32       # side of the image that the hash is of, in pixels
THUMBNAIL = 8     # side of the thumbnail, in pixels
# The number is the version of how looks are made: a look of another version is none.
COMMENT = "auxiliary look 2 {} {}"
PATTERN = re.compile(COMMENT.format("([0-9a-f]{16})", "([A-Za-z0-9+/]{256})").encode())


@dataclass(frozen=True)
class Look:
    """What an image looks like.

    Attributes:
        phash: 64 bits, as 16 hexadecimal digits, that hardly differ between images that look the same.
        thumbnail: 8 by 8 pixels in RGB, row by row: 192 bytes, 0 to 255.
    """

    phash: str
    thumbnail: bytes

    @property
    def comment(self) -> bytes:
        """The look as a JPEG file's comment, in ASCII."""
        return COMMENT.format(self.phash, base64.b64encode(self.thumbnail).decode()).encode()


def look_of(pixels: "np.ndarray") -> Look:
    """The look of a square image.

    The image is reduced once, to 32 by 32 pixels, each the mean of the area that it stands for. The hash is
    what `imagehash.phash` says of that: whether each of the 64 lowest frequencies of the grey image's cosine
    transform exceeds their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
    2010). The thumbnail is that, reduced further.

    Args:
        pixels: (S, S, 3) uint8 in RGB.
    """
    # Here, because small images need not wait for it, nor who only reads looks.
    import cv2

    reduced = cv2.resize(pixels, (HASHED, HASHED), interpolation=cv2.INTER_AREA)
    thumbnail = cv2.resize(reduced, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    return Look(_phash(cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY)), thumbnail.tobytes())


def _phash(grey: "np.ndarray") -> str:
    # `imagehash` would take three times as long for it, and a third of a second to import in every worker.
    import numpy as np

    cosines = _cosines()
    # Rounded, or the noise of the arithmetic would make up the hash of a plain image.
    frequencies = (cosines @ grey @ cosines.T).round(3).ravel()
    ordered = np.sort(frequencies)
    median = (ordered[31] + ordered[32]) / 2
    return np.packbits(frequencies > median).tobytes().hex()


@cache
def _cosines() -> "np.ndarray":
    """The 8 lowest frequencies of the discrete cosine transform (type II) of 32 values, as an 8 by 32 matrix."""
    import numpy as np

    return 2 * np.cos(np.pi * np.outer(np.arange(8), 2 * np.arange(HASHED) + 1) / (2 * HASHED))


def look_in(comment: bytes) -> Look | None:
    """The look that a JPEG file's comment holds; None where it holds anything else."""
    found = PATTERN.fullmatch(comment)
    return Look(found[1].decode(), base64.b64decode(found[2])) if found else None


def read_look(path: Path) -> Look | None:
    """The look that a file holds, from its first bytes; None where it holds none.

    Raises:
        OSError: the file cannot be read.
        ImageError: it is no image.
    """
    with path.open("rb") as file:
        return look_in(read_header(file).comment)
