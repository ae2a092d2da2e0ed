import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from auxiliary.data.augmentation.kinds import affine
from auxiliary.data.augmentation.moves import shifted, slanted, turned
from auxiliary.data.augmentation.warp import resized, warped
from tests.draws import NOISE, WAVES


def natural(side, count=8):
    """Images with as much detail of every size as photographs have, (count, side, side, 3)."""
    rng, frequency = np.random.default_rng(0), np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    frequency[0, 0] = np.inf
    images = np.fft.ifft2(np.fft.fft2(rng.normal(size=(count, 3, side, side))) / frequency).real
    images = 128 + 50 * images / images.std()
    return images.clip(0, 255).astype("uint8").transpose(0, 2, 3, 1)


def cropped(images, share, size):
    """The middle of images, that share of each side, at a size."""
    matrices = np.repeat(affine([share, 0, 0], [0, share, 0]), len(images), axis=0)
    return warped(images, matrices, (size, size)).astype(float)


def by_pillow(images, share, size):
    side = images.shape[1]
    box = side * (1 - share) / 2, side * (1 - share) / 2, side * (1 + share) / 2, side * (1 + share) / 2
    return np.stack([np.asarray(Image.fromarray(image).resize((size, size), Image.BILINEAR, box), float)
                     for image in images])


def test_a_map_of_everything_is_as_scipy_makes_it():
    sides = 31, 31
    matrices = shifted(0.1, -0.05) @ turned(0.4, sides) @ slanted(0.2, -0.1) @ affine([0.8, 0, 0], [0, 1.1, 0])
    # In pixels, rows first.
    matrix, offset = matrices[0, 1::-1, 1::-1], 31 * matrices[0, 1::-1, 2]
    expected = ndimage.affine_transform(WAVES[0, ..., 0].astype(float), matrix, 15 + offset - matrix @ [15, 15],
                                        order=1, mode="reflect")
    assert np.abs(warped(WAVES, matrices, sides)[0, ..., 0] - expected).max() < 3


def test_each_image_has_its_own_map():
    result = warped(np.repeat(NOISE[:1], 2, axis=0), shifted(np.array([0.1, -0.1]), 0), (10, 10))
    np.testing.assert_array_equal(result[0, :, :-1], NOISE[0, :, 1:])
    np.testing.assert_array_equal(result[1, :, 1:], NOISE[0, :, :-1])


@pytest.mark.parametrize(("scale", "most"), [(1.0, 1.0), (1.3, 3.3), (1.5, 1.8), (1.75, 1.8), (2.0, 1.0), (3.0, 1.5)])
def test_smaller_images_are_nearly_those_of_pillow(scale, most):
    """Without a filter they differ by 4 to 18 levels."""
    images, size = natural(96), round(60 / scale)
    assert np.abs(cropped(images, 0.625, size) - by_pillow(images, 0.625, size)).mean() < most


def test_stripes_that_a_smaller_image_cannot_show_become_grey():
    stripes = np.zeros((1, 32, 32, 3), "uint8")
    stripes[:, :, ::2] = 200
    along, across = (cropped(images, 0.999, 17) for images in (stripes, stripes.transpose(0, 2, 1, 3)))
    np.testing.assert_allclose(along[:, 2:-2, 2:-2], 100, atol=25)
    np.testing.assert_allclose(along, across.transpose(0, 2, 1, 3), atol=1)


def test_only_the_side_that_shrinks_is_smoothed():
    stripes = np.zeros((1, 32, 32, 3), "uint8")
    stripes[:, ::2] = 200
    narrow = warped(stripes, np.eye(3)[None], (16, 32))
    np.testing.assert_array_equal(narrow, stripes[:, :, :16])


def test_sizes_without_a_map_are_means_of_areas():
    images = NOISE[:, :9, :9]
    np.testing.assert_allclose(resized(images, (3, 3)), images.reshape(40, 3, 3, 3, 3, 3).mean((2, 4)), atol=0.51)
    assert resized(images, (9, 9)) is images
