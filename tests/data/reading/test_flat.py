import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.flat import check_image, check_pixels


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (224, 224), (3, 300)])
@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_one_colour_is_refused(size, colour):
    image = Image.new("RGB", size, colour)
    for check, subject in ((check_image, image), (check_pixels, np.asarray(image))):
        with pytest.raises(ImageError, match=r"^one flat colour$"):
            check(subject)


@pytest.mark.parametrize("place", [(0, 0), (13, 27), (223, 223), (32, 64)])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_other_pixel_is_enough(place, channel):
    pixels = np.full((224, 224, 3), 200, "uint8")
    pixels[(*place, channel)] += 1
    check_pixels(pixels)
    check_image(Image.fromarray(pixels))
