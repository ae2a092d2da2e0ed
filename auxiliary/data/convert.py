"""One raw image in, one preprocessed image out. Light, for worker processes."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import ImageError
from auxiliary.core.files import write_atomically
from auxiliary.data.decode import open_rgb, rgb_pixels
from auxiliary.data.phash import look_of


class Job(NamedTuple):
    """An image to convert.

    Attributes:
        source: the raw file.
        target: the file to make; a suffix of ".png" keeps the image's own size and loses nothing.
        content_hash: the fingerprint of the raw file's bytes, hexadecimal.
    """

    source: str
    target: str
    content_hash: str

    @property
    def mtime_ns(self) -> int:
        """The time that the target bears, in nanoseconds: its source's second, with the content's print behind it.

        So a target tells which image it was made from, without a list that a killed run could leave behind.
        """
        # Microseconds, because not every file system keeps more.
        return int(Path(self.source).stat().st_mtime) * 10**9 + int(self.content_hash[:8], 16) % 10**6 * 1000


class Outcome(NamedTuple):
    """What became of an image.

    Attributes:
        error: why it could not be used; "" where it was written.
        phash: the perceptual hash of what was written, 16 hexadecimal digits; "" for a PNG file, which has none.
    """

    error: str = ""
    phash: str = ""


def convert(jobs: Sequence[Job], size: int, quality: int, owner: int) -> list[Outcome]:
    """Rewrite a batch of images.

    Args:
        jobs: the images.
        size: side of the JPEG images, in pixels.
        quality: of the JPEG images, 1 to 95.
        owner: the process that asked. Once that is killed nothing more is written, lest a leftover worker put
            images of old settings among those of a later run.

    Returns:
        What became of each image.

    Raises:
        OSError: an image cannot be written, for instance because the disk is full.
    """
    return [_rewritten(job, size, quality) if owner in (os.getpid(), os.getppid()) else Outcome("interrupted")
            for job in jobs]


def _rewritten(job: Job, size: int, quality: int) -> Outcome:
    try:
        mtime_ns = job.mtime_ns
        content, phash = _encoded(job, size, quality)
    except ImageError as error:
        return Outcome(str(error))
    except OSError as error:
        return Outcome(f"cannot be read: {error.strerror}")
    write_atomically(Path(job.target), content, sync=False, mtime_ns=mtime_ns)
    return Outcome(phash=phash)


def _encoded(job: Job, size: int, quality: int) -> tuple[bytes, str]:
    """The bytes of the file to make, and the hash of its image."""
    if job.target.endswith(".png"):
        buffer = io.BytesIO()
        open_rgb(job.source).save(buffer, "PNG")
        return buffer.getvalue(), ""
    # Here, because workers that make no JPEG need not wait for it.
    from auxiliary.data.jpeg import encode_jpeg

    pixels = rgb_pixels(Path(job.source).read_bytes(), size)
    look = look_of(pixels)
    return encode_jpeg(pixels, quality, look.comment), look.phash
