import numpy as np
import pytest
from PIL import Image, ImageDraw

from auxiliary.data.reading.decode import open_rgb
from tests.images import encoded


def icon(colour, opacity=255, hidden=(255, 255, 255)):
    """A disc of that colour on nothing; its pixels."""
    image = Image.new("RGBA", (64, 64), (*hidden, 0))
    ImageDraw.Draw(image).ellipse((16, 16, 48, 48), (*colour, opacity))
    return image


def opened(image, size=None, kind="PNG"):
    return np.asarray(open_rgb(encoded(image, kind), size))


@pytest.mark.parametrize(("colour", "ground"), [
    ((0, 0, 0), 255), ((255, 0, 0), 255), ((255, 255, 0), 255), ((200, 200, 200), 255), ((255, 255, 255), 128),
    ((240, 240, 250), 128)])
@pytest.mark.parametrize("size", [None, 32])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_seen_stands_out_from_the_ground(colour, ground, size, kind):
    pixels = opened(icon(colour), size, kind)
    middle = len(pixels) // 2
    np.testing.assert_allclose(pixels[middle, middle], colour, atol=3)
    assert (pixels[0, 0] == ground).all()


def test_the_hidden_colour_does_not_count():
    assert (opened(icon((255, 255, 255), hidden=(0, 0, 0))) == opened(icon((255, 255, 255)))).all()
    assert (opened(icon((0, 0, 0), hidden=(255, 255, 255)))[0, 0] == 255).all()


def test_half_transparent_white_is_between_white_and_grey():
    assert opened(icon((255, 255, 255), opacity=128))[32, 32, 0] in range(190, 194)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_that_is_empty_everywhere_is_ignored(mode):
    image = Image.linear_gradient("L").convert(mode)
    image.putalpha(0)
    np.testing.assert_array_equal(opened(image)[..., 0], np.asarray(Image.linear_gradient("L")))
