from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from auxiliary.data.augmentation.randaugment import OPERATIONS
from tests.draws import NOISE, WAVES, augmented

IMAGE = np.uint8(60 + np.random.default_rng(0).integers(0, 256, (96, 96, 3)) / 2)


def pillow(function, *arguments):
    return np.asarray(function(Image.fromarray(IMAGE), *arguments), float)


def enhanced(kind, level):
    return np.asarray(kind(Image.fromarray(IMAGE)).enhance(1 + 0.9 * level), float)


@pytest.mark.parametrize("level", [-1.0, -0.5, 0.3, 1.0])
@pytest.mark.parametrize(("name", "kind"), [
    ("brightness", ImageEnhance.Brightness), ("contrast", ImageEnhance.Contrast), ("saturation", ImageEnhance.Color),
    ("sharpness", ImageEnhance.Sharpness)])
def test_factors_are_those_of_pillow(name, kind, level):
    difference = np.abs(OPERATIONS[name](IMAGE, level) - enhanced(kind, level))
    # Pillow leaves the edge as it is.
    assert difference[1:-1, 1:-1].max() < 2.5


@pytest.mark.parametrize(("name", "function"), [
    ("autocontrast", ImageOps.autocontrast), ("equalise", ImageOps.equalize)])
def test_histograms_are_changed_as_by_pillow(name, function):
    # Pillow counts in whole steps of a 255th of the pixels, so there must be many.
    image = np.tile(IMAGE, (4, 4, 1))
    assert np.abs(OPERATIONS[name](image, 1.0) - np.asarray(function(Image.fromarray(image)), float)).max() <= 2


@pytest.mark.parametrize(("level", "bits"), [(0.0, 8), (-0.5, 6), (0.9, 4), (1.0, 4)])
def test_posterised_images_have_fewer_bits(level, bits):
    np.testing.assert_array_equal(OPERATIONS["posterise"](IMAGE, level), pillow(ImageOps.posterize, bits))


@pytest.mark.parametrize(("level", "threshold"), [(0.0, 256), (0.5, 128), (-0.75, 64), (1.0, 0)])
def test_solarised_images_have_light_values_inverted(level, threshold):
    np.testing.assert_array_equal(OPERATIONS["solarise"](IMAGE, level), pillow(ImageOps.solarize, threshold))


def test_a_colour_that_is_the_same_everywhere_stays():
    flat = np.full((5, 5, 3), (0, 90, 255), "uint8")
    np.testing.assert_array_equal(OPERATIONS["autocontrast"](flat, 1.0), flat)


@pytest.mark.parametrize("name", ["rotate", "shear x", "shear y", "shift x", "shift y"])
def test_pixels_move_one_way_or_the_other_or_not_at_all(name):
    image = WAVES[0]
    there, back, still = (OPERATIONS[name](image, level).astype(float) for level in (0.4, -0.4, 0.0))
    assert np.abs(there - image).mean() > 3
    assert np.abs(there - back).mean() > 3
    np.testing.assert_array_equal(still, image)


@pytest.mark.parametrize("name", OPERATIONS)
def test_images_stay_images(name):
    before = IMAGE.copy()
    for level in (-1.0, 1.0):
        result = OPERATIONS[name](IMAGE, level)
        assert (result.shape, result.dtype) == (IMAGE.shape, "uint8")
    np.testing.assert_array_equal(IMAGE, before)


def test_each_operation_is_drawn_as_often(monkeypatch):
    """And at the strength of the spec, in both directions."""
    drawn = Counter()
    for name in OPERATIONS:
        monkeypatch.setitem(OPERATIONS, name, lambda image, level, name=name: drawn.update([(name, level)]) or image)
    augmented("randaugment(3, 7)", np.zeros((2000, 2, 2, 3), "uint8"))
    assert drawn.total() == 6000
    assert set(drawn) == {(name, level) for name in OPERATIONS for level in (-0.7, 0.7)}
    assert max(drawn.values()) < 1.4 * min(drawn.values())


def test_operations_follow_each_other(monkeypatch):
    for name in OPERATIONS:
        monkeypatch.setitem(OPERATIONS, name, lambda image, _: image // 2)
    np.testing.assert_array_equal(augmented("randaugment(3, 9)"), NOISE // 8)
