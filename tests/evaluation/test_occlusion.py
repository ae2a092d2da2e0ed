"""The loss of a score where a grey square covers an image, against losses worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.evaluation.explanation import scaled
from auxiliary.evaluation.occlusion import GREY, STRIDES, occlusion, squares_of

SIDE, PATCH = 32, 4


def corner(images: np.ndarray) -> np.ndarray:
    """The scores of a network that looks at one corner: how bright it is, from 0 to 1."""
    return images[:, :PATCH, :PATCH].mean(axis=(1, 2, 3)) / 255


def dark_corner(images: np.ndarray) -> np.ndarray:
    """The same for another class, which is the more probable the darker the corner is."""
    return 1 - corner(images)


WHITE = np.full((SIDE, SIDE, 3), 255, "uint8")


def test_only_squares_over_the_corner_lose_anything():
    losses = occlusion(corner, WHITE)
    # Squares have 8 pixels and move by 2: those over the corner begin at 0 or 2, and end before 10.
    assert (losses[:10, :10] > 0).all()
    assert (losses[10:] == 0).all() and (losses[:, 10:] == 0).all()


def test_a_loss_is_the_mean_over_the_squares_that_cover_a_pixel():
    losses = occlusion(corner, WHITE)
    whole = 1 - GREY / 255    # the loss where all of the corner is grey
    # The first pixel lies under one square. The third lies under four, which cover all, twice a half, and a quarter.
    assert losses[0, 0] == pytest.approx(whole)
    assert losses[2, 2] == pytest.approx(whole * (1 + 1 / 2 + 1 / 2 + 1 / 4) / 4)


def test_where_the_class_becomes_more_probable_there_is_no_heat():
    losses = occlusion(dark_corner, WHITE)
    np.testing.assert_allclose(losses, -occlusion(corner, WHITE), atol=1e-12)
    assert losses.min() < 0 and not scaled(losses).any()


def test_a_grey_image_loses_nothing():
    assert not occlusion(corner, np.full_like(WHITE, GREY)).any()


@given(st.integers(1, 50), st.sampled_from(STRIDES))
def test_squares_of_one_size_cover_every_pixel(side, strides):
    seen = []

    def score(images):
        seen.append(images)
        return np.ones(len(images))

    occlusion(score, np.zeros((side, side, 3), "uint8"), strides)
    *covered, whole = seen[0]
    assert not whole.any() and len(covered) == squares_of(side, strides)
    grey = np.array(covered)[..., 0] == GREY
    assert grey.any(axis=0).all()
    assert set(grey.sum(axis=(1, 2))) == {max(1, round(side / 4)) ** 2}
    assert {tuple(map(len, map(set, np.nonzero(each)))) for each in grey} == {(max(1, round(side / 4)),) * 2}


def test_coarser_strides_need_fewer_squares():
    assert [squares_of(SIDE, strides) for strides in STRIDES] == [13**2, 7**2, 4**2]
