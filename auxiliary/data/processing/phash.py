"""The perceptual hash and the thumbnail of an image, which tell near-duplicates. Light, for worker processes."""

import base64
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

HASHED = 32       # side of the image that the hash is computed from, in pixels
THUMBNAIL = 8     # side of the thumbnail, in pixels


class ImageHash(NamedTuple):
    """An image in few bytes, which hardly differ between images that look the same.

    Attributes:
        phash: the perceptual hash of 64 bits, as 16 hexadecimal digits.
        thumbnail: 8 by 8 pixels in RGB, row by row, 192 bytes of 0 to 255, as base64: 256 characters.
    """

    phash: str
    thumbnail: str


def hash_image(pixels: "np.ndarray") -> ImageHash:
    """Hash a square image.

    The image is reduced to 32 by 32 pixels, each the mean of its area. The hash is the one that `imagehash.phash`
    computes from those: whether each of the 64 lowest frequencies of the grey image's cosine transform exceeds their
    median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010). The thumbnail is the
    same image, reduced further.

    Args:
        pixels: (S, S, 3) uint8 in RGB.
    """
    # Here, because small images need not wait for it.
    import cv2

    reduced = cv2.resize(pixels, (HASHED, HASHED), interpolation=cv2.INTER_AREA)
    thumbnail = cv2.resize(reduced, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    return ImageHash(_phash(cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY)), base64.b64encode(thumbnail).decode())


def thumbnail_pixels(thumbnails: Iterable[str]) -> "np.ndarray":
    """Decode the thumbnails of N images to (N, 192) uint8."""
    import numpy as np

    # Each is a whole number of base64's blocks, so together they are one text.
    data = base64.b64decode("".join(thumbnails), validate=True)
    return np.frombuffer(data, "uint8").reshape(-1, THUMBNAIL * THUMBNAIL * 3)


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
