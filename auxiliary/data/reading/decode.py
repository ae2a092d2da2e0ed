"""Decoding an image file into an upright RGB image, or into one short reason why not."""

import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import ExifTags, Image

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.colour_profile import conversion, in_srgb
from auxiliary.data.reading.deep import Span, eight_bits, is_deep, stored_mode
from auxiliary.data.reading.header import identified, short_reasons
from auxiliary.data.reading.jpeg_damage import find_damage
from auxiliary.data.reading.jpeg_segments import embedded_profile, jpeg_head
from auxiliary.data.reading.loading import load
from auxiliary.data.reading.transparency import flattened, premultiplied

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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

# Large images are reduced while they are decoded, or right after it, as far as this many times the side that is wanted.
# For JPEG files at 1, some photographs come out 6/255 off a plain resize; at 2, the worst of 249 was 1.6/255 off. All
# other steps have the order in which users of an export take them: transparency, colours, and the resize last.
JPEG_GAP, GAP = 2, 4


def rgb_pixels(data: bytes, size: int, span: Span | None = None) -> "np.ndarray":
    """Decode a file's bytes as `open_rgb` does, to (size, size, 3) uint8; without Pillow where that is not needed."""
    # Here, because workers that make no JPEG need not wait for NumPy and OpenCV.
    import numpy as np

    from auxiliary.data.reading.jpeg import is_plain, jpeg_pixels, resized

    head = jpeg_head(data)
    # Of a damaged one `open_rgb` tells what is wrong.
    with suppress(ValueError):
        if is_plain(data, head):
            pixels = jpeg_pixels(data, JPEG_GAP * size)
            convert = conversion(embedded_profile(head))
            return resized(convert(pixels) if convert else pixels, size)
    return np.asarray(open_rgb(data, size, span))


def open_rgb(source: str | Path | bytes, size: int | None = None, span: Span | None = None) -> Image.Image:
    """Decode an image into 8-bit RGB as a person would see it.

    EXIF orientation and ICC profiles are applied, and what is transparent is laid on white or grey, see
    `flattened`. CMYK, grey, palette and 1-bit images become RGB. Of several frames or pages the first
    is taken.

    Args:
        source: path of the file, or its bytes.
        size: side in pixels of the square that the image is resized to (stretched, antialiased); None
            leaves it at its own size, or at half of it if it has more pixels than Pillow's limit. Large JPEG files are
            decoded at a reduced scale.
        span: the values that become black and white in images of 16 bits, 32 bits and floats; see
            `auxiliary.data.reading.deep.eight_bits`.

    Returns:
        An image of mode "RGB" (uint8, 0 to 255) without metadata.

    Raises:
        ImageError: unreadable, empty, not an image, of a format that cannot be read, truncated, absurdly large (see
            `auxiliary.data.reading.largest`) or damaged.
    """
    with short_reasons(), _binary(source) as file, identified(file) as image:
        profile = image.info.get("icc_profile")
        pixels = _fast(image, file, size) or _any(image, file, size, span)
        # A printer's profile is one of CMYK; all others here are of RGB.
        colours = pixels if pixels.mode == "CMYK" else pixels.convert("RGB")
        pixels = in_srgb(colours, profile).convert("RGB")
        return upright(_resized(pixels, size) if size else pixels, image)


def _binary(source: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _fast(image: Image.Image, file: BinaryIO, size: int | None) -> Image.Image | None:
    """The image by the fast path; None where Pillow has to read it, or to tell what is wrong with it."""
    if image.format not in ("JPEG", "MPO"):
        return None
    # Here, because workers that see no JPEG need not wait for NumPy and OpenCV.
    from auxiliary.data.reading.jpeg import jpeg_pixels

    file.seek(0)
    try:
        pixels = jpeg_pixels(file.read(), JPEG_GAP * size if size else 0)
    except ValueError as error:
        # Pillow would show what damage left of the image.
        if damage := find_damage(str(error)):
            raise ImageError(f"damaged: {damage}") from error
        return None
    if image.format == "MPO" or image.mode not in ("L", "RGB"):
        return None
    return Image.fromarray(pixels)


def _any(image: Image.Image, file: BinaryIO, size: int | None, span: Span | None) -> Image.Image:
    """The image by Pillow, of any format, in L, RGB or CMYK."""
    if size:
        image.draft(None, (JPEG_GAP * size, JPEG_GAP * size))
    pixels = _reducible(image, file, span)
    if size:
        pixels = pixels.reduce((max(1, pixels.width // (GAP * size)), max(1, pixels.height // (GAP * size))))
    return flattened(pixels) if pixels.mode == "RGBa" else pixels


def _reducible(image: Image.Image, file: BinaryIO, span: Span | None) -> Image.Image:
    """The image in a mode that Pillow reduces without loss of meaning: L, RGB, CMYK, or RGBa (premultiplied)."""
    if is_deep(stored_mode(image)):
        image = eight_bits(image, file, span)
    else:
        load(image)
    if image.has_transparency_data:
        return premultiplied(image)
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _resized(image: Image.Image, size: int) -> Image.Image:
    import numpy as np

    from auxiliary.data.reading.jpeg import resized

    return Image.fromarray(resized(np.asarray(image), size))
