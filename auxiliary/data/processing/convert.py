"""One raw image in, one processed image out. Light, for worker processes."""

import functools
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import PREPARE_AGAIN, ImageError, UserError
from auxiliary.data.processing.manifest import ProcessedImage
from auxiliary.data.processing.owner import Owner
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


def convert(conversions: Sequence[Conversion], folder: Path, size: int, quality: int, owner: Owner,
            span: Span | None = None) -> list[Outcome]:
    """Convert a batch of images.

    Args:
        conversions: the images.
        folder: the folder of processed images, with all folders in it that they need.
        size: side of the JPEG images, in pixels.
        quality: of the JPEG images, 1 to 95.
        owner: who asks for it. Nothing more is written once it does not, lest a leftover worker overwrite images of a
            later run.
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
               owner: Owner) -> Outcome:
    if not owner.asks():
        return INTERRUPTED
    try:
        content, image = make(conversion)
    except ImageError as error:
        return Outcome(error=str(error))
    except OSError as error:
        return Outcome(error=f"cannot be read: {error.strerror}")
    # Again, because decoding takes a while.
    if not owner.asks():
        return INTERRUPTED
    owner.write(folder / conversion.path, content)
    return Outcome(image)


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
