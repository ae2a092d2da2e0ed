"""Pictures of any of Pillow's modes as upright 8-bit RGB."""

import math

from PIL import ExifTags, Image, ImageChops

from auxiliary.errors import PictureError

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
    """The picture in a mode that Pillow resizes without loss of meaning: L, RGB, or RGBa (premultiplied).

    16-bit, 32-bit and float pictures are scaled to 8 bits.

    Raises:
        PictureError: a float picture holds values that are not numbers.
    """
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


def flattened(image: Image.Image) -> Image.Image:
    """A picture of those modes in RGB, what is transparent on white."""
    if image.mode != "RGBa":
        return image.convert("RGB")
    *colours, alpha = image.split()
    white = ImageChops.invert(alpha)    # what shines through
    return Image.merge("RGB", [ImageChops.add(colour, white) for colour in colours])


def upright(pixels: Image.Image, source: Image.Image) -> Image.Image:
    """What was made of a picture, turned as its EXIF orientation says, and without any metadata."""
    orientation = _orientation(source)
    pixels.info.clear()
    return pixels.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else pixels


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:    # damaged EXIF raises nearly anything, and says nothing about a picture that is fine
        return 1
