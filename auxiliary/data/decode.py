"""A file or bytes in, an upright RGB picture out; or one short reason why not."""

import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from auxiliary.data.header import identified, short_reasons
from auxiliary.data.modes import flattened, resizable, upright

if TYPE_CHECKING:
    import numpy as np

# Antialiased like Pillow's default, bicubic, in two thirds of its time: on photographs 1.6/255 from it on average.
FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at half scale or less only where that is still this many times the side asked for: at 1, some
# photographs come out 6/255 off a plain resize; at 2, the worst of 249 was 1.6/255 off.
GAP = 2


def rgb_pixels(data: bytes, size: int) -> "np.ndarray":
    """What `open_rgb` makes of a file's bytes, as (size, size, 3) uint8; without Pillow where that is not needed."""
    # Here, because workers that make no JPEG need not wait for NumPy and OpenCV.
    import numpy as np

    from auxiliary.data.jpeg import is_plain, jpeg_pixels, resized

    if is_plain(data):
        # What is wrong with a damaged one is for Pillow to say.
        with suppress(ValueError):
            return resized(jpeg_pixels(data, GAP * size), size)
    return np.asarray(open_rgb(data, size))


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
    with short_reasons(), _binary(source) as file, identified(file) as image:
        return upright(_fast(image, file, size) or _any(image, size), image)


def _binary(source: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")


def _fast(image: Image.Image, file: BinaryIO, size: int | None) -> Image.Image | None:
    """The picture by the fast path, if it is one for that; what is wrong with others is for Pillow to say."""
    if image.format != "JPEG" or image.mode not in ("L", "RGB"):
        return None
    # Here, because workers that see no JPEG need not wait for NumPy and OpenCV.
    from auxiliary.data.jpeg import jpeg_pixels, resized

    file.seek(0)
    try:
        pixels = jpeg_pixels(file.read(), GAP * size if size else 0)
    except ValueError:
        return None
    return Image.fromarray(resized(pixels, size) if size else pixels)


def _any(image: Image.Image, size: int | None) -> Image.Image:
    """The picture by Pillow, whatever it is."""
    # Where a JPEG can be decoded at a reduced scale this says what the whole picture then measures.
    drafted = image.draft(None, (GAP * size, GAP * size)) if size else None
    image.load()
    pixels = resizable(image)
    if size:
        pixels = pixels.resize((size, size), FILTER, drafted and drafted[1], reducing_gap=2.0)
    return flattened(pixels)
