import numpy as np
import pytest
from scipy import stats

from auxiliary.data.augmentation.mixing import Cutmix, Mixup
from tests.draws import draw

COUNT = 200
# The value of each image is its number, so that a mixture tells what it was made of.
IMAGES = np.broadcast_to(np.arange(COUNT, dtype="uint8")[:, None, None, None], (COUNT, 24, 24, 3))
# As many classes as images.
LABELS = np.eye(COUNT, dtype="float32")


def mixed(mix, images=IMAGES, **options):
    images, labels = mix.mixed(images, LABELS, draw(COUNT, **options))
    assert (images.dtype, labels.dtype, labels.shape) == ("uint8", "float32", (COUNT, COUNT))
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-6)
    assert ((labels > 0).sum(1) <= 2).all()
    return images, labels


@pytest.mark.parametrize("alpha", [0.2, 1, 5])
def test_mixed_up_images_are_means_by_the_shares_of_their_labels(alpha):
    images, labels = mixed(Mixup(alpha))
    expected = labels @ np.arange(COUNT)
    np.testing.assert_allclose(images, np.broadcast_to(expected[:, None, None, None], images.shape), atol=0.51)


def test_cut_images_have_pixels_of_each_by_the_shares_of_their_labels():
    images, labels = mixed(Cutmix(1))
    for number, (image, shares) in enumerate(zip(images, labels, strict=True)):
        found, counts = np.unique(image[..., 0], return_counts=True)
        assert set(found) == set(np.flatnonzero(shares))
        np.testing.assert_allclose(shares[found], counts / 24**2, atol=1e-6)
        other = image[..., 0] != number
        # A rectangle.
        assert other.sum() == other.any(0).sum() * other.any(1).sum()


def test_a_part_comes_from_the_same_place_of_the_other_image():
    where = np.broadcast_to(np.arange(24, dtype="uint8")[:, None, None], (COUNT, 24, 24, 3))
    np.testing.assert_array_equal(mixed(Cutmix(1), where)[0], where)


@pytest.mark.parametrize("alpha", [0.2, 1])
def test_weights_have_their_distribution(alpha):
    own = np.concatenate([np.diag(mixed(Mixup(alpha), step=step)[1]) for step in range(20)])
    own = own[own < 1]
    assert stats.kstest(own, stats.beta(alpha, alpha).cdf).statistic < 0.03


def test_areas_have_their_distribution_where_no_edge_cuts_them():
    """Seen from the middle of the image, a pixel is covered with the mean share of the covered area."""
    covered = np.mean([images[:, 12, 12, 0] != np.arange(COUNT) for images in (
        mixed(Cutmix(1), step=step)[0] for step in range(20))])
    # The mean over shares s, uniform, of the chance that a centre lies within half a side of the middle: s.
    assert covered == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("mix", [Mixup(1), Cutmix(1)], ids=repr)
def test_labels_that_are_shares_already_are_mixed_too(mix):
    smooth = np.full((COUNT, 4), 0.25, "float32")
    np.testing.assert_allclose(mix.mixed(IMAGES, smooth, draw(COUNT))[1], smooth)


@pytest.mark.parametrize("mix", [Mixup(1), Cutmix(1)], ids=repr)
def test_an_image_alone_stays_as_it_is(mix):
    images, labels = mix.mixed(IMAGES[7:8], LABELS[7:8], draw(1))
    np.testing.assert_array_equal(images, IMAGES[7:8])
    np.testing.assert_allclose(labels, LABELS[7:8])
