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


@pytest.mark.parametrize(("side", "severity", "sigma"), [
    (224, 1, 1), (224, 3, 3), (224, 5, 6), (112, 5, 3), (32, 1, 0.4), (32, 3, 0.7), (32, 5, 1), (64, 5, 2)])
def test_blur_is_that_of_scipy(side, severity, sigma):
    images = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), "uint8")
    expected = ndimage.gaussian_filter(images[0].astype(float), (sigma, sigma, 0), mode="nearest", truncate=4)
    assert np.abs(corrupted(images, "blur", severity)[0] - expected).max() <= 0.51


@pytest.mark.parametrize(("side", "severity", "deviation"), [
    (224, 1, 0.08), (224, 3, 0.18), (224, 5, 0.38), (64, 1, 0.04), (64, 3, 0.08), (64, 5, 0.1)])
def test_noise_is_normal_with_the_published_deviation_and_cut_off_at_black_and_white(side, severity, deviation):
    grey = np.stack([np.full((side, side, 3), 128, "uint8")] * 12)
    # Equal images get equal noise, so each has a seed of its own.
    noise = np.stack([corrupted(grey[:1], "noise", severity, seed)[0] for seed in range(12)]) / 255 - 128 / 255
    # Of a normal number that is cut off at both ends; 147,456 numbers and more give the deviation to 0.5%.
    draws = np.random.default_rng(1).normal(0, deviation, 1_000_000).clip(-128 / 255, 127 / 255)
    assert noise.std() == pytest.approx(draws.std(), rel=0.01)
    assert abs(noise.mean() - draws.mean()) < 4 * deviation / np.sqrt(noise.size)
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.02


@given(st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from([
    (65, 1, 0.1), (65, 3, 0.3), (65, 5, 0.5), (64, 1, 0.05), (64, 3, 0.15), (64, 5, 0.3)]))
def test_brightness_raises_the_value_of_hsv(pixel, published):
    side, severity, amount = published
    image = np.full((1, 1, side, 3), pixel, "uint8")
    hue, saturation, value = colorsys.rgb_to_hsv(*(number / 255 for number in pixel))
    expected = 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, min(value + amount, 1)))
    assert np.abs(corrupted(image, "brightness", severity)[0, 0, 0] - expected).max() <= 0.51


def test_brightness_by_hand():
    # The largest number 102 is 0.4 of white. At severity 3 it becomes 0.7, and all grow by 0.7 / 0.4.
    image = np.full((1, 1, 224, 3), [102, 51, 0], "uint8")
    assert corrupted(image, "brightness", 3)[0, 0, 0].tolist() == [178, 89, 0]


@pytest.mark.parametrize(("side", "severity", "quality"), [
    (224, 1, 25), (224, 3, 15), (224, 5, 7), (32, 1, 80), (32, 3, 58), (32, 5, 40)])
def test_jpeg_is_that_of_pillow(side, severity, quality):
    images = smooth_images(1, side)
    file = io.BytesIO()
    Image.fromarray(images[0]).save(file, "JPEG", quality=quality)
    expected, found = np.asarray(Image.open(file)).astype(int), corrupted(images, "JPEG", severity)[0].astype(int)
    lost = np.abs(expected - images[0]).mean()
    # Two decoders smooth the colours, which are stored at half the size, in ways of their own.
    assert np.abs(found - expected).mean() < 0.2 * lost
    assert np.abs(found - images[0]).mean() == pytest.approx(lost, rel=0.02)


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
