"""The fast path for JPEG files, by libjpeg-turbo and OpenCV. Safe in many threads, which Pillow's warnings are not."""

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from auxiliary.data.reading.jpeg_segments import JPEG
from auxiliary.data.reading.largest import LARGEST_JPEG

# Marks of a file that may have to be turned, by EXIF or by XMP.
TURNED = b"Exif", b"Orientation"
# Up to here plain interpolation is as close to Pillow's antialiased resize, 1.4/255 on average, in a third of the time.
MUCH = 1.5


def is_plain(data: bytes, head: bytes) -> bool:
    """Whether a file is a JPEG, of three colours or grey, that needs no turning; False in doubt.

    Args:
        data: the file.
        head: what `jpeg_head` gives of it.
    """
    if not data.startswith(JPEG) or any(mark in head for mark in TURNED):
        return False
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError:
        return False
    return colours in ("YCbCr", "Gray") and height * width <= LARGEST_JPEG


def jpeg_pixels(data: bytes, least: int = 0) -> np.ndarray:
    """Decode a JPEG file, a large one at a half, a quarter or an eighth of its size.

    Args:
        data: the file; of three colours, or grey.
        least: pixels that each side must have left, if it has so many; 0 decodes the image whole, or at half its size
            where it has more pixels than Pillow's limit.

    Returns:
        (H, W, 3) uint8 in RGB.

    Raises:
        ValueError: the file is damaged in any way, or of another kind.
    """
    height, width, *_ = simplejpeg.decode_jpeg_header(data)
    scale = _scale(height, width, least) if least else 1 + (height * width > Image.MAX_IMAGE_PIXELS)
    return simplejpeg.decode_jpeg(data, "RGB", min_height=-(-height // scale), min_width=-(-width // scale))


def _scale(height: int, width: int, least: int) -> int:
    # Halves only: libjpeg-turbo knows every eighth, but those in between look different and win little.
    return next(scale for scale in (8, 4, 2, 1) if scale == 1 or min(height, width) >= scale * least)


def resized(pixels: np.ndarray, size: int) -> np.ndarray:
    """Stretch (H, W, 3) uint8 pixels to a square of `size`, antialiased where they shrink by much."""
    height, width = pixels.shape[:2]
    if max(height, width) > MUCH * size:
        # The mean of the area that each pixel stands for; a side that is to grow waits.
        pixels = cv2.resize(pixels, (min(width, size), min(height, size)), interpolation=cv2.INTER_AREA)
    if pixels.shape[:2] == (size, size):
        return pixels
    # Rounded, where OpenCV's usual way cuts off: an eighth of all values came out one too dark.
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_LINEAR_EXACT)


def processed_pixels(data: bytes, size: int) -> np.ndarray:
    """Decode a processed image, JPEG or PNG, to (size, size, 3) uint8 in RGB, stretched.

    Raises:
        ValueError: the file is damaged, or of another kind.
    """
    if data.startswith(JPEG):
        return resized(jpeg_pixels(data), size)
    pixels = cv2.imdecode(np.frombuffer(data, "uint8"), cv2.IMREAD_COLOR_RGB) if data else None
    if pixels is None:
        raise ValueError("neither JPEG nor PNG")
    return resized(pixels, size)


def encode_jpeg(pixels: np.ndarray, quality: int) -> bytes:
    """A JPEG file of (H, W, 3) uint8 pixels in RGB; `quality` is 1 to 95."""
    return simplejpeg.encode_jpeg(pixels, quality, "RGB", "420")
