import numpy as np
import pytest
from PIL import Image, ImageEnhance

from auxiliary.data.augmentation.colours import LUMA, Brightness, Colour, Saturation, mean_colours
from tests.draws import NOISE, augmented, drawn, same

# Neither darkest nor lightest, so that nothing is cut off.
MIDDLE = np.uint8(80 + NOISE / 3)
# A fourth number of `colour`: no image becomes grey.
COLOURED = 1.0


def enhanced(kind, factor, images=MIDDLE):
    """What Pillow makes of them."""
    return np.stack([np.asarray(kind(Image.fromarray(image)).enhance(factor), float) for image in images])


class TestBrightness:
    @pytest.mark.parametrize("number", [-1.0, 0.5])
    def test_a_share_of_the_full_range_is_added(self, number):
        expected = np.clip(NOISE + 255 * 0.2 * number, 0, 255)
        assert same(augmented([drawn(Brightness(0.2), number)]), expected)


class TestSaturation:
    @pytest.mark.parametrize("number", [-1.0, 0.5])
    def test_the_distance_to_grey_grows_by_a_share(self, number):
        grey = (NOISE @ np.array(LUMA))[..., None]
        expected = np.clip(grey + (1 + 0.2 * number) * (NOISE - grey), 0, 255)
        assert same(augmented([drawn(Saturation(0.2), number)]), expected)

    def test_grey_stays_grey(self):
        grey = np.repeat(NOISE[..., :1], 3, axis=-1)
        assert same(augmented("saturation(0.9)", grey), grey)


class TestColour:
    @pytest.mark.parametrize("number", [-1.0, -0.4, 1.0])
    @pytest.mark.parametrize(("place", "kind"), [
        (0, ImageEnhance.Brightness), (1, ImageEnhance.Contrast), (2, ImageEnhance.Color)])
    def test_each_is_as_pillow_makes_it(self, place, kind, number):
        draws = [number if each == place else 0.0 for each in range(3)]
        result = augmented([drawn(Colour(0.3, 0.3, 0.3), *draws, COLOURED)], MIDDLE)
        assert np.abs(result - enhanced(kind, 1 + 0.3 * number)).max() < 2

    def test_they_follow_each_other(self):
        result = augmented([drawn(Colour(0.2, 0.3, 0.4), 0.5, -1.0, 0.5, COLOURED)], MIDDLE)
        light = enhanced(ImageEnhance.Brightness, 1.1).astype("uint8")
        both = enhanced(ImageEnhance.Contrast, 0.7, light).astype("uint8")
        assert np.abs(result - enhanced(ImageEnhance.Color, 1.2, both)).max() < 4

    def test_contrast_is_that_of_the_images_as_steps_before_left_them(self):
        step = drawn(Colour(contrast=0.5), 0.0, -1.0, 0.0, COLOURED)
        darker = drawn(Brightness(0.2), -1.0)
        one_by_one = augmented([step], augmented([darker], MIDDLE).astype("uint8"))
        assert np.abs(augmented([darker, step], MIDDLE) - one_by_one).max() < 2

    def test_a_share_of_the_images_is_grey(self):
        images = np.tile(NOISE, (25, 1, 1, 1))
        result = augmented("colour(grey=0.3)", images)
        grey = np.ptp(result, axis=-1).max((1, 2)) == 0
        assert 0.25 < grey.mean() < 0.35
        assert same(result[~grey], images[~grey])
        assert same(result[grey], (images[grey] @ np.array(LUMA))[..., None].repeat(3, -1))


def test_mean_colours_are_shares_of_white():
    np.testing.assert_allclose(mean_colours(NOISE), NOISE.mean((1, 2)).T / 255)
