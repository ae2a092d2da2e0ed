"""Images of more than 8 bits a value: 16-bit, 32-bit and float ones, scaled to 8 bits. Light, for worker processes."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.core.streams import stderr_discarded
from auxiliary.data.reading.loading import load

if TYPE_CHECKING:
    import numpy as np

# The values of black and white.
Span = tuple[float, float]
# How Pillow unpacks colours of 16 bits: it keeps the upper 8, in which an image of 12 bits is black.
CUT = re.compile(r"(RGB|RGBA|RGBX|LA);16")
OF_16_BITS = ";16"
STRIP = 2**20    # pixels


def stored_mode(image: Image.Image) -> str:
    """Pillow's mode of an image whose pixels are not loaded, with `;16` behind it where its colours have 16 bits."""
    cut = image.format in ("PNG", "TIFF") and any(CUT.search(str(tile.args)) for tile in image.tile)
    return image.mode + OF_16_BITS if cut else image.mode


def is_deep(mode: str) -> bool:
    """Whether images of a mode, as `stored_mode` gives it, hold more than 8 bits a value."""
    return mode.startswith(("I", "F")) or mode.endswith(OF_16_BITS)


def eight_bits(image: Image.Image, file: BinaryIO, span: Span | None) -> Image.Image:
    """A deep image in 8 bits: of mode L, RGB or RGBA.

    Args:
        image: as Pillow opened it, its pixels not loaded.
        file: the open file that it is read from.
        span: the values that become black and white; those beyond them do too. None takes those of its type: 0 and
            65535 for 16 bits; 0 and 1, 255 or 65535 for more, if all pixels lie in between; else what they span.

    Raises:
        ImageError: the image is damaged, or holds values that are not numbers.
    """
    if stored_mode(image) != image.mode:
        return _scaled_colours(_colours(image, file), image.has_transparency_data, span or (0, 65535))
    _load_numbers(image)
    low, high = span or _usual_span(image)
    scale = 255 / (high - low)
    grey = Image.new("L", image.size)
    for top, strip in _strips(image):
        # The half makes the conversion, which cuts decimals off, round.
        scaled = strip.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
        grey.paste(scaled, (0, top))
    return grey


def found_span(image: Image.Image, file: BinaryIO) -> Span:
    """The smallest and the largest value of a deep image, transparency not counted; else as `eight_bits`."""
    # Here and below, because workers that see no deep image need not wait for NumPy and OpenCV.
    import numpy as np

    if stored_mode(image) != image.mode:
        strips = [_colours(image, file)[..., :3]]
    else:
        _load_numbers(image)
        strips = (np.asarray(strip) for _, strip in _strips(image))
    lows, highs = zip(*((strip.min(), strip.max()) for strip in strips), strict=True)
    return float(min(lows)), float(max(highs))


def _load_numbers(image: Image.Image) -> None:
    import numpy as np

    load(image)
    if image.mode == "F" and not all(np.isfinite(strip).all() for _, strip in _strips(image)):
        raise ImageError("holds values that are not numbers")


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The image some rows at a time, each time with the number of the first: copies of all would fill the memory."""
    rows = max(1, STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _usual_span(image: Image.Image) -> Span:
    if image.mode.startswith("I;16"):
        return 0, 65535
    low, high = image.getextrema()
    usual = (1, 255) if image.mode == "F" else (255, 65535)
    return next(((0, top) for top in usual if low >= 0 and high <= top), (low, max(high, low + 1)))


def _scaled_colours(pixels: "np.ndarray", transparent: bool, span: Span) -> Image.Image:
    """In RGB or RGBA what `_colours` gives."""
    import numpy as np

    scaled = np.empty((*pixels.shape[:2], 4 if transparent and pixels.shape[2] == 4 else 3), "uint8")
    table = _table(span)
    # Row by row: as an index each value takes eight bytes.
    for row, values in zip(scaled, pixels, strict=True):
        row[:, :3] = table[values[:, 2::-1]]
        row[:, 3:] = values[:, 3:row.shape[1]] >> 8
    return Image.fromarray(scaled)


def _table(span: Span) -> "np.ndarray":
    """What each of the 65536 values becomes."""
    import numpy as np

    low, high = span
    return np.clip((np.arange(65536) - low) * (255 / (high - low)) + 0.5, 0, 255).astype("uint8")


def _colours(image: Image.Image, file: BinaryIO) -> "np.ndarray":
    """(H, W, 3 or 4) uint16, blue before green before red before alpha."""
    import cv2
    import numpy as np

    file.seek(0)
    with stderr_discarded():
        pixels = cv2.imdecode(np.frombuffer(file.read(), "uint8"), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        # Pillow tells what is wrong; OpenCV does not.
        load(image)
    if pixels is None or pixels.dtype != np.uint16 or pixels.shape[:2] != (image.height, image.width):
        raise ImageError("16 bits a colour, of an unusual kind: cannot be read; convert it to PNG")
    return pixels
