import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.views import View, views_of

IMAGE = np.arange(16).reshape(4, 4)


def seen(view: View) -> np.ndarray:
    rows, columns = view.places(4)
    return IMAGE[rows][:, columns]


def test_without_a_spec_there_is_the_image_alone():
    view, = views_of("")
    assert view == View(1.0)
    np.testing.assert_array_equal(seen(view), IMAGE)


def test_a_mirror_image_by_hand():
    image, mirrored = views_of("mirror")
    assert image.weight == mirrored.weight == 0.5
    np.testing.assert_array_equal(seen(mirrored), IMAGE[:, ::-1])


def test_a_shift_mirrors_the_edge_in():
    _, up, down = views_of("shift(1)")
    np.testing.assert_array_equal(seen(down), np.pad(IMAGE, ((1, 0), (1, 0)), "symmetric")[:4, :4])
    np.testing.assert_array_equal(seen(up), np.pad(IMAGE, ((0, 1), (0, 1)), "symmetric")[1:, 1:])


def test_six_views_of_which_two_have_half_the_weight():
    views = views_of("mirror | shift(1)")
    assert [view.weight for view in views] == [0.25, 0.125, 0.125] * 2
    assert len({(view.mirrored, view.shift) for view in views}) == 6


def test_augmented_views_are_numbered():
    assert [view.augmented for view in views_of("augmented(3)")] == [0, 1, 2]
    assert [view.augmented for view in views_of("augmented(2) | mirror")] == [0, 0, 1, 1]


@given(st.lists(st.sampled_from(["mirror", "shift(2)", "augmented(3)"]), max_size=3))
def test_the_weights_sum_to_1(steps):
    assert sum(view.weight for view in views_of(" | ".join(steps))) == pytest.approx(1)


@pytest.mark.parametrize("spec", ["8", "mirrors", "shift(0)", "augmented"])
def test_anything_else_is_refused(spec):
    with pytest.raises(UserError, match="tta"):
        views_of(spec)
