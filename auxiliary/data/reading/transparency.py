"""What stands behind transparent images. Light, for worker processes."""

from PIL import Image, ImageChops, ImageStat

WHITE, GREY = 255, 128
# Where what is seen is lighter than this on average, white behind it would swallow it.
LIGHT = 230
# Shares of red, green and blue in the luminance, of ITU-R BT.601 as in Pillow's grey.
LUMINANCE = 0.299, 0.587, 0.114


def premultiplied(image: Image.Image) -> Image.Image:
    """An image with transparency in mode RGBa, which can be resized; in RGB where nothing of it could be seen."""
    # A copy less where there is alpha already: an image may take a third of a gibibyte.
    image = image if image.mode == "RGBA" else image.convert("RGBA")
    # Some programs leave alpha empty.
    return image.convert("RGBa" if image.getextrema()[3][1] else "RGB")


def flattened(image: Image.Image) -> Image.Image:
    """An image of mode RGBa in RGB, on white; on mid-grey if the mean luminance of what is seen is above `LIGHT`."""
    *colours, alpha = image.split()
    behind = _ground(image)
    ground = alpha.point([(255 - opacity) * behind // 255 for opacity in range(256)])
    return Image.merge("RGB", [ImageChops.add(colour, ground) for colour in colours])


def _ground(image: Image.Image) -> int:
    *colours, alpha = ImageStat.Stat(image).sum
    luminance = sum(share * colour for share, colour in zip(LUMINANCE, colours, strict=True))
    return GREY if luminance * 255 > LIGHT * alpha else WHITE
