"""Corrupted images are what formulas and other libraries say, and depend on seed and image alone."""

import colorsys
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from auxiliary.evaluation.corruptions import CORRUPTIONS, SEVERITIES, corrupted


def smooth_images(number: int = 4, side: int = 224) -> np.ndarray:
    """Smooth images with all shades, (N, side, side, 3) uint8."""
    noise = np.random.default_rng(0).uniform(0, 255, (number, side, side, 3))
    smooth = ndimage.gaussian_filter(noise, (0, side / 30, side / 30, 0))
    low, high = smooth.min(axis=(1, 2, 3), keepdims=True), smooth.max(axis=(1, 2, 3), keepdims=True)
    return np.rint(255 * (smooth - low) / (high - low)).astype("uint8")


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("name", CORRUPTIONS)
def test_an_image_is_corrupted_alike_in_any_batch(name, severity):
    images = smooth_images(3, side=40)
    together = corrupted(images, name, severity)
    alone = np.concatenate([corrupted(image[None], name, severity) for image in images[::-1]])[::-1]
    assert together.dtype == np.uint8 and together.shape == images.shape
    np.testing.assert_array_equal(together, alone)
    assert (together != images).any()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_higher_severity_is_farther_from_the_image(name):
    images = smooth_images(2)
    distances = [np.abs(corrupted(images, name, severity).astype(int) - images).mean() for severity in SEVERITIES]
    assert distances == sorted(set(distances))


@pytest.mark.parametrize("name", ["noise", "rotation"])
def test_another_seed_corrupts_in_another_way(name):
    images = smooth_images(8, side=40)
    assert (corrupted(images, name, 1, seed=0) != corrupted(images, name, 1, seed=1)).any()


@pytest.mark.parametrize(("severity", "deviation"), [(1, 1), (3, 3), (5, 6)])
@pytest.mark.parametrize("side", [224, 112])
def test_blur_is_that_of_scipy(severity, deviation, side):
    images = smooth_images(1, side)
    sigma = deviation * side / 224
    expected = ndimage.gaussian_filter(images[0].astype(float), (sigma, sigma, 0), mode="nearest", truncate=4)
    assert np.abs(corrupted(images, "blur", severity)[0] - expected).max() <= 0.51


@pytest.mark.parametrize(("severity", "deviation"), [(1, 0.08), (3, 0.18), (5, 0.38)])
def test_noise_is_normal_with_the_published_deviation_and_cut_off_at_black_and_white(severity, deviation):
    grey = np.full((1, 224, 224, 3), 128, "uint8")
    noise = corrupted(grey, "noise", severity)[0].astype(float) / 255 - 128 / 255
    # Of a normal number that is cut off at -a and b: 150,528 numbers give the deviation to 0.5%.
    draws = np.random.default_rng(1).normal(0, deviation, 1_000_000).clip(-128 / 255, 127 / 255)
    assert noise.std() == pytest.approx(draws.std(), rel=0.01)
    assert abs(noise.mean() - draws.mean()) < 4 * deviation / np.sqrt(noise.size)
    assert abs(np.corrcoef(noise[:, :, 0].ravel(), noise[:, :, 1].ravel())[0, 1]) < 0.02


@given(st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from([(1, 0.1), (3, 0.3), (5, 0.5)]))
def test_brightness_raises_the_value_of_hsv(pixel, published):
    severity, amount = published
    image = np.full((1, 1, 1, 3), pixel, "uint8")
    hue, saturation, value = colorsys.rgb_to_hsv(*(number / 255 for number in pixel))
    expected = 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, min(value + amount, 1)))
    assert np.abs(corrupted(image, "brightness", severity)[0, 0, 0] - expected).max() <= 0.51


def test_brightness_by_hand():
    # The largest number 102 is 0.4 of white. At severity 3 it becomes 0.7, and all grow by 0.7 / 0.4.
    image = np.array([[[[102, 51, 0]]]], "uint8")
    assert corrupted(image, "brightness", 3)[0, 0, 0].tolist() == [178, 89, 0]


@pytest.mark.parametrize(("severity", "quality"), [(1, 25), (3, 15), (5, 7)])
def test_jpeg_is_that_of_pillow(severity, quality):
    images = smooth_images(1)
    file = io.BytesIO()
    Image.fromarray(images[0]).save(file, "JPEG", quality=quality)
    expected = np.asarray(Image.open(file)).astype(int)
    assert np.abs(corrupted(images, "JPEG", severity)[0] - expected).mean() < 0.5


@pytest.mark.parametrize(("severity", "degrees"), [(1, 10), (3, 20), (5, 30)])
def test_rotation_is_that_of_pillow_to_one_side_or_the_other(severity, degrees):
    images = smooth_images(8, side=100)
    turned, middle = corrupted(images, "rotation", severity), slice(30, 70)
    sides = set()
    for image, result in zip(images, turned, strict=True):
        distances = {sign: np.abs(np.asarray(Image.fromarray(image).rotate(
            sign * degrees, Image.Resampling.BILINEAR)).astype(int) - result)[middle, middle].mean()
            for sign in (-1, 1)}
        side = min(distances, key=distances.get)
        assert distances[side] < 1.5 < distances[-side]
        sides.add(side)
    assert sides == {-1, 1}


def test_the_given_images_stay_as_they_are():
    images = smooth_images(2, side=40)
    before = images.copy()
    for name in CORRUPTIONS:
        corrupted(images, name, 5)
    np.testing.assert_array_equal(images, before)
