import numpy as np
import pytest

from tests.draws import augmented

BLACK = np.zeros((2000, 30, 30, 3), "uint8")


@pytest.fixture(scope="module")
def erased():
    """Which pixels of black images are erased, by `erase(0.5, 0.4)`."""
    return augmented("erase(0.5, 0.4)", BLACK).max(-1) > 0


def test_a_share_of_the_images_is_touched(erased):
    assert 0.46 < erased.any((1, 2)).mean() < 0.54


def test_what_is_erased_is_a_rectangle_that_lies_anywhere(erased):
    for axis in (1, 2):
        lines = [np.flatnonzero(image.any(2 - axis)) for image in erased if image.any()]
        # Of those that leave room.
        ends = np.array([(line[0], line[-1]) for line in lines if len(line) < 20])
        assert ends[:, 0].min() == 0
        assert ends[:, 1].max() == 29
    sides = [image.any(0).sum() * image.any(1).sum() for image in erased]
    # One pixel of noise in 16 million is black.
    np.testing.assert_array_equal(erased.sum((1, 2)), sides)


def test_its_area_is_uniform_up_to_a_share(erased):
    area = erased[erased.any((1, 2))].mean((1, 2))
    assert np.quantile(area, [0, 0.25, 0.5, 0.75, 1]) == pytest.approx([0.02, 0.115, 0.21, 0.305, 0.4], abs=0.025)


def test_everywhere_else_the_image_stays():
    images = np.full_like(BLACK, 7)
    result = augmented("erase(1, 0.4)", images)
    unchanged = (result == 7).all(-1).mean((1, 2))
    assert unchanged.min() > 0.58
    assert unchanged.max() < 0.99


def test_it_is_noise_of_every_value():
    result = augmented("erase(1)", BLACK)
    values = result[result.max(-1) > 0]
    shares, _ = np.histogram(values, bins=8, range=(0, 256))
    np.testing.assert_allclose(shares / values.size, 1 / 8, atol=0.002)
    # The colours of a pixel, and images, differ from each other.
    assert np.abs(np.corrcoef(values.T) - np.eye(3)).max() < 0.01


def test_a_small_area_may_be_asked_for():
    assert (augmented("erase(1, 0.01)", BLACK[:20]).max(-1) > 0).sum((1, 2)).tolist() == pytest.approx([9] * 20, abs=4)
