"""What a picture looks like, in few bytes: a perceptual hash and a thumbnail. Light, for worker processes.

A picture's look travels in the comment of its own JPEG file: it is written with the picture in one step, survives
whatever the picture survives, and is read back without decoding a pixel.
"""

import base64
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from auxiliary.data.decode import read_header

if TYPE_CHECKING:
    import numpy as np

HASHED = 32       # side of the picture that the hash is of, in pixels
THUMBNAIL = 8     # side of the thumbnail, in pixels
BOX = Image.Resampling.BOX
# The number is the version of how looks are made: a look of another version is none.
COMMENT = "auxiliary look 1 {} {}"
PATTERN = re.compile(COMMENT.format("([0-9a-f]{16})", "([A-Za-z0-9+/]{256})").encode())


@dataclass(frozen=True)
class Look:
    """What a picture looks like.

    Attributes:
        phash: 64 bits, as 16 hexadecimal digits, that hardly differ between pictures that look the same.
        thumbnail: 8 by 8 pixels in RGB, row by row: 192 bytes, 0 to 255.
    """

    phash: str
    thumbnail: bytes

    @property
    def comment(self) -> bytes:
        """The look as a JPEG file's comment, in ASCII."""
        return COMMENT.format(self.phash, base64.b64encode(self.thumbnail).decode()).encode()


def look_of(picture: Image.Image) -> Look:
    """The look of a square RGB picture.

    The picture is reduced once, to 32 by 32 pixels, each the mean of the box that it stands for. The hash is
    what `imagehash.phash` says of that: whether each of the 64 lowest frequencies of the grey picture's cosine
    transform exceeds their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
    2010). The thumbnail is that, reduced further.
    """
    reduced = picture.reduce(max(1, picture.width // HASHED)).resize((HASHED, HASHED), BOX)
    return Look(_phash(reduced.convert("L")), reduced.reduce(HASHED // THUMBNAIL).tobytes())


def _phash(grey: Image.Image) -> str:
    # `imagehash` would take three times as long for it, and a third of a second to import in every worker; NumPy is
    # imported here, because small pictures need not wait for it.
    import numpy as np

    cosines = _cosines()
    pixels = np.frombuffer(grey.tobytes(), "uint8").reshape(HASHED, HASHED).astype("float64")
    # Rounded, or the noise of the arithmetic would make up the hash of a plain picture.
    frequencies = (cosines @ pixels @ cosines.T).round(3).ravel()
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
        PictureError: it is no picture.
    """
    with path.open("rb") as file:
        return look_in(read_header(file).comment)
