"""A file or bytes in, an upright RGB picture out; or one short reason why not.

Nothing here changes Pillow's settings, and no warning escapes. Warnings are caught the standard library's way,
which is safe in many processes but not in many threads of one process.
"""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageChops

# What people keep pictures in. Left out on purpose: formats that run other programs (EPS), and those without
# a signature (TGA), as which any file might pass.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "ICO", "AVIF")
# A JPEG is decoded at half scale or less only where that is still this many times the side asked for: at 1, some
# photographs come out 6/255 off a plain resize; at 2, the worst of 249 was 1.6/255 off.
DRAFT_GAP = 2
# Pillow looks for the end of a PPM file's comments byte by byte, ten seconds in a file of 50 MB; it gets no more.
LONGEST_HEAD = 2**16

# Antialiased like Pillow's default, bicubic, in two thirds of its time: on photographs 1.6/255 from it on average.
FILTER = Image.Resampling.BILINEAR

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(Exception):
    """A file that cannot be used as a picture; the message is the reason, in one short line."""


@dataclass(frozen=True)
class Header:
    """What a picture's first bytes say of it.

    Attributes:
        format: Pillow's name of the format, lower case.
        width: in pixels as stored, before any EXIF rotation.
        height: likewise.
        mode: Pillow's mode, such as "RGB" or "P".
        channels: number of bands of that mode.
        comment: of a JPEG file; empty where it has none, and for other formats.
    """

    format: str
    width: int
    height: int
    mode: str
    channels: int
    comment: bytes


def read_header(file: BinaryIO) -> Header:
    """Read what a picture says of itself, without decoding its pixels.

    Args:
        file: an open binary file, at its start.

    Raises:
        PictureError: empty, not a picture, absurdly large or damaged.
    """
    with _short_reasons(), _identified(file) as image:
        comment = image.info.get("comment", b"") if image.format == "JPEG" else b""
        return Header(str(image.format).lower(), *image.size, image.mode, len(image.getbands()), comment)


def open_rgb(source: str | Path | bytes, size: int | None = None) -> Image.Image:
    """Decode a picture into 8-bit RGB as a person would see it.

    EXIF orientation is applied and transparency flattened on white; CMYK, grey, palette and 1-bit pictures
    become RGB; 16-bit, 32-bit and float ones are scaled to 8 bits; of an animation the first frame is taken.

    Args:
        source: path of the file, or its bytes.
        size: side in pixels of the square that the picture is resized to (stretched, antialiased); None
            leaves it at its own size. Large JPEG files are decoded at a reduced scale.

    Returns:
        A picture of mode "RGB" (uint8, 0 to 255) that carries no metadata.

    Raises:
        PictureError: unreadable, empty, not a picture, truncated, absurdly large (more pixels than Pillow's
            `MAX_IMAGE_PIXELS`) or damaged.
    """
    with _short_reasons(), _binary(source) as file, _identified(file) as image:
        box = _reduced(image, size) if size else None
        image.load()
        orientation = _orientation(image)
        pixels = _resizable(image)
        if size:
            pixels = pixels.resize((size, size), FILTER, box, reducing_gap=2.0)
        return _upright(_flattened(pixels), orientation)


def _binary(source: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _identified(file: BinaryIO) -> Image.Image:
    head = file.read(LONGEST_HEAD)
    if not head:
        raise PictureError("empty file")
    if head.startswith(b"P"):
        Image.open(io.BytesIO(head), formats=["PPM"])
    file.seek(0)
    return Image.open(file, formats=FORMATS)


def _reduced(image: Image.Image, size: int) -> tuple[int, int, float, float] | None:
    """Ask for decoding at a reduced scale; what the whole picture then measures, if that is to be had."""
    drafted = image.draft(None, (DRAFT_GAP * size, DRAFT_GAP * size))
    return drafted[1] if drafted else None


@contextmanager
def _short_reasons() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pillow only warns from one time its limit and refuses from two.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except PictureError:
        raise
    except Exception as error:    # on damaged files Pillow's plug-ins raise nearly anything
        raise PictureError(_reason(error)) from error


def _reason(error: Exception) -> str:
    message = " ".join(str(error).split())
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"absurdly large: {message.split(',')[0]}"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not a picture"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read: {error.strerror}"
    if "truncated" in message.lower():
        return "truncated"
    return f"damaged: {message[:100] or type(error).__name__}"


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:    # damaged EXIF raises nearly anything, and says nothing about a picture that is fine
        return 1


def _resizable(image: Image.Image) -> Image.Image:
    """The picture in a mode that Pillow resizes without loss of meaning: L, RGB, or RGBa (premultiplied)."""
    if image.mode[0] in "IF":
        return _eight_bits(image)
    if image.has_transparency_data:
        # A copy less where there is alpha already: a picture may take a third of a gibibyte.
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    low, high = _value_range(image)
    scale = 255 / (high - low)
    # The half makes the conversion, which cuts decimals off, round.
    return image.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _value_range(image: Image.Image) -> tuple[float, float]:
    """The values that stand for black and white: what the mode means, else what the pixels span."""
    if image.mode.startswith("I;16"):
        return 0, 65535
    low, high = image.getextrema()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise PictureError("holds values that are not numbers")
    usual = (1, 255) if image.mode == "F" else (255, 65535)
    return next(((0, top) for top in usual if low >= 0 and high <= top), (low, max(high, low + 1)))


def _flattened(image: Image.Image) -> Image.Image:
    if image.mode != "RGBa":
        return image.convert("RGB")
    *colours, alpha = image.split()
    white = ImageChops.invert(alpha)    # what shines through
    return Image.merge("RGB", [ImageChops.add(colour, white) for colour in colours])


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image.info.clear()
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image
