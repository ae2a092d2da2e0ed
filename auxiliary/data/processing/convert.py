"""One raw image in, one processed image out. Light, for worker processes."""

import functools
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import PREPARE_AGAIN, ImageError, UserError
from auxiliary.data.processing.manifest import ProcessedImage
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.deep import Span
from auxiliary.data.reading.flat import check_image, check_pixels
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.reading.tiff_pages import is_stack


class Conversion(NamedTuple):
    """An image to convert.

    Attributes:
        source: the raw file.
        source_hash: its content hash.
        path: the file to make, below the folder of processed images. A suffix of ".png" keeps the image's own size and
            loses nothing.
    """

    source: str
    source_hash: str
    path: str


class Outcome(NamedTuple):
    """What became of an image.

    Attributes:
        image: the file that was written; None where there is an error.
        error: why the image cannot be used; "" where it was written.
    """

    image: ProcessedImage | None = None
    error: str = ""


INTERRUPTED = Outcome(error="interrupted")


def convert(conversions: Sequence[Conversion], folder: Path, size: int, quality: int, owner: int,
            span: Span | None = None) -> list[Outcome]:
    """Convert a batch of images.

    Args:
        conversions: the images.
        folder: the folder of processed images, with all folders in it that they need.
        size: side of the JPEG images, in pixels.
        quality: of the JPEG images, 1 to 95.
        owner: the process that asks for it. Once that is killed nothing more is written, lest a leftover worker
            overwrite images of a later run.
        span: the values that become black and white in deep images, see `auxiliary.data.reading.deep`.

    Returns:
        One outcome per image.

    Raises:
        UserError: a raw file is no longer the one that was listed.
        OSError: an image cannot be written, for instance because the disk is full.
    """
    make = functools.partial(_encoded, size=size, quality=quality, span=span)
    return [_converted(conversion, folder, make, owner) for conversion in conversions]


def _converted(conversion: Conversion, folder: Path, make: Callable[[Conversion], tuple[bytes, ProcessedImage]],
               owner: int) -> Outcome:
    if not _is_alive(owner):
        return INTERRUPTED
    try:
        content, image = make(conversion)
    except ImageError as error:
        return Outcome(error=str(error))
    except OSError as error:
        return Outcome(error=f"cannot be read: {error.strerror}")
    # Again, because decoding takes a while.
    if not _is_alive(owner):
        return INTERRUPTED
    # Not atomically, which takes a tenth of all the time: a file counts once the manifest names it.
    (folder / conversion.path).write_bytes(content)
    return Outcome(image)


def _is_alive(owner: int) -> bool:
    return owner in (os.getpid(), os.getppid())


def _encoded(conversion: Conversion, size: int, quality: int, span: Span | None) -> tuple[bytes, ProcessedImage]:
    data = Path(conversion.source).read_bytes()
    # Otherwise the image would stay under the hash of what the file held before.
    if content_hash(data) != conversion.source_hash:
        raise UserError(f"{conversion.source} was changed after it had been listed: {PREPARE_AGAIN}")
    content, *facts = _png(data, span) if conversion.path.endswith(".png") else _jpeg(data, size, quality, span)
    return content, ProcessedImage(conversion.path, conversion.source_hash, content_hash(content), len(content), *facts,
                                   is_stack(data))


def _png(data: bytes, span: Span | None) -> tuple[bytes, int, int, str, str]:
    """The file to make, with the image's width, height, hash and thumbnail."""
    image, buffer = open_rgb(data, span=span), io.BytesIO()
    check_image(image)
    image.save(buffer, "PNG")
    return buffer.getvalue(), *image.size, "", ""


def _jpeg(data: bytes, size: int, quality: int, span: Span | None) -> tuple[bytes, int, int, str, str]:
    # Here, because workers that make no JPEG need not wait for NumPy and OpenCV.
    from auxiliary.data.processing.phash import hash_image
    from auxiliary.data.reading.jpeg import encode_jpeg

    pixels = rgb_pixels(data, size, span)
    check_pixels(pixels)
    return encode_jpeg(pixels, quality), size, size, *hash_image(pixels)
