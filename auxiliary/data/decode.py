"""Decoding an image file into an upright RGB image, or into one short reason why not."""

import io
import math
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import ExifTags, Image, ImageChops

from auxiliary.core.errors import ImageError
from auxiliary.core.streams import stderr_discarded
from auxiliary.data.header import identified, short_reasons
from auxiliary.data.jpeg_damage import find_damage

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def resizable(image: Image.Image) -> Image.Image:
    """The image in a mode that Pillow resizes without loss of meaning: L, RGB, or RGBa (premultiplied).

    16-bit, 32-bit and float images are scaled to 8 bits.

    Raises:
        ImageError: a float image holds values that are not numbers.
    """
    if image.mode[0] in "IF":
        return _eight_bits(image)
    if image.has_transparency_data:
        # A copy less where there is alpha already: an image may take a third of a gibibyte.
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    low, high = _value_range(image)
    scale = 255 / (high - low)
    # The half makes the conversion, which cuts decimals off, round.
    return image.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _value_range(image: Image.Image) -> tuple[float, float]:
    """The values of black and white: those of the mode, else the range of the pixels."""
    if image.mode.startswith("I;16"):
        return 0, 65535
    low, high = image.getextrema()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ImageError("holds values that are not numbers")
    usual = (1, 255) if image.mode == "F" else (255, 65535)
    return next(((0, top) for top in usual if low >= 0 and high <= top), (low, max(high, low + 1)))


def flattened(image: Image.Image) -> Image.Image:
    """An image of those modes in RGB, transparency on white."""
    if image.mode != "RGBa":
        return image.convert("RGB")
    *colours, alpha = image.split()
    white = ImageChops.invert(alpha)    # that shines through
    return Image.merge("RGB", [ImageChops.add(colour, white) for colour in colours])


def upright(pixels: Image.Image, source: Image.Image) -> Image.Image:
    """The pixels of an image, turned as its EXIF orientation demands, without any metadata."""
    orientation = _orientation(source)
    pixels.info.clear()
    return pixels.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else pixels


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:    # damaged EXIF raises nearly anything, and the image may be fine
        return 1


if TYPE_CHECKING:
    import numpy as np

# Antialiased like Pillow's default, bicubic, in two thirds of its time: on photographs 1.6/255 from it on average.
FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at half scale or less only where that is still this many times the side that is wanted: at 1, some
# photographs come out 6/255 off a plain resize; at 2, the worst of 249 was 1.6/255 off.
GAP = 2


def rgb_pixels(data: bytes, size: int) -> "np.ndarray":
    """Decode a file's bytes as `open_rgb` does, to (size, size, 3) uint8; without Pillow where that is not needed."""
    # Here, because workers that make no JPEG need not wait for NumPy and OpenCV.
    import numpy as np

    from auxiliary.data.jpeg import is_plain, jpeg_pixels, resized

    if is_plain(data):
        # Of a damaged one `open_rgb` tells what is wrong.
        with suppress(ValueError):
            return resized(jpeg_pixels(data, GAP * size), size)
    return np.asarray(open_rgb(data, size))


def open_rgb(source: str | Path | bytes, size: int | None = None) -> Image.Image:
    """Decode an image into 8-bit RGB as a person would see it.

    EXIF orientation is applied and transparency flattened on white; CMYK, grey, palette and 1-bit images
    become RGB; 16-bit, 32-bit and float ones are scaled to 8 bits; of an animation the first frame is taken.

    Args:
        source: path of the file, or its bytes.
        size: side in pixels of the square that the image is resized to (stretched, antialiased); None
            leaves it at its own size. Large JPEG files are decoded at a reduced scale.

    Returns:
        An image of mode "RGB" (uint8, 0 to 255) without metadata.

    Raises:
        ImageError: unreadable, empty, not an image, of a format that cannot be read, truncated, absurdly large (more
            pixels than Pillow's `MAX_IMAGE_PIXELS`) or damaged.
    """
    with short_reasons(), _binary(source) as file, identified(file) as image:
        return upright(_fast(image, file, size) or _any(image, size), image)


def _binary(source: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _fast(image: Image.Image, file: BinaryIO, size: int | None) -> Image.Image | None:
    """The image by the fast path; None where Pillow has to read it, or to tell what is wrong with it."""
    if image.format not in ("JPEG", "MPO"):
        return None
    # Here, because workers that see no JPEG need not wait for NumPy and OpenCV.
    from auxiliary.data.jpeg import jpeg_pixels, resized

    file.seek(0)
    try:
        pixels = jpeg_pixels(file.read(), GAP * size if size else 0)
    except ValueError as error:
        # Pillow would show what damage left of the image.
        if damage := find_damage(str(error)):
            raise ImageError(f"damaged: {damage}") from error
        return None
    if image.format == "MPO" or image.mode not in ("L", "RGB"):
        return None
    return Image.fromarray(resized(pixels, size) if size else pixels)


def _any(image: Image.Image, size: int | None) -> Image.Image:
    """The image by Pillow, of any format."""
    # Where a JPEG can be decoded at a reduced scale, its second item is the box of the whole image.
    drafted = image.draft(None, (GAP * size, GAP * size)) if size else None
    # libtiff prints what it finds wrong.
    with stderr_discarded() if image.format == "TIFF" else nullcontext():
        image.load()
    pixels = resizable(image)
    if size:
        pixels = pixels.resize((size, size), FILTER, drafted and drafted[1], reducing_gap=2.0)
    return flattened(pixels)
