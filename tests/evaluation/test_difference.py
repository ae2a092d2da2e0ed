import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from auxiliary.evaluation.difference import McNemarDifference, StudentDifference
from auxiliary.evaluation.seed_noise import difference_by_image

ERRORS, FREEDOM = st.floats(1e-4, 0.5), st.one_of(st.floats(1, 1e6), st.just(float("inf")))


@given(st.floats(-1, 1), ERRORS, ERRORS, FREEDOM, FREEDOM, st.sampled_from([0.05, 0.01, 0.0011]))
def test_the_interval_contains_the_value_and_0_exactly_where_p_says_so(value, below, above, one, other, alpha):
    found = StudentDifference(value, below, above, one, other)
    low, high = found.interval(alpha)
    assert -1 <= low <= value <= high <= 1
    if abs(found.p - alpha) > 1e-9:
        assert (low <= 0 <= high) == (found.p >= alpha)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_so_it_does_for_any_answers_and_changes_sign_with_the_order(one, other, images, seed):
    rng = np.random.default_rng(seed)
    first, second = (rng.random((number, images)) < rng.random() for number in (one, other))
    found, turned = difference_by_image(first, second), difference_by_image(second, first)
    low, high = found.interval(0.05)
    assert low - 1e-12 <= found.value <= high + 1e-12 and (low <= 0 <= high) == (found.p >= 0.05)
    assert (-turned.value, turned.p) == pytest.approx((found.value, found.p))
    assert turned.interval(0.05) == pytest.approx((-high, -low))


def test_a_normal_difference_by_hand():
    found = StudentDifference(0.05, 0.02, 0.03, float("inf"), float("inf"))
    assert found.interval(0.05) == pytest.approx((0.05 - 1.959964 * 0.02, 0.05 + 1.959964 * 0.03))
    assert found.p == pytest.approx(2 * norm.sf(2.5))
    assert StudentDifference(-0.05, 0.02, 0.03, float("inf"), float("inf")).p == pytest.approx(2 * norm.sf(5 / 3))


def test_mcnemars_difference_by_hand():
    found = McNemarDifference(only_first=5, only_second=1, total=10)
    assert (found.value, found.p) == pytest.approx((0.4, 14 / 64))


def test_a_p_value_is_never_rounded_to_0():
    # A share of 1 of 1,200 tosses of a coin; and 60 standard errors.
    for found in (McNemarDifference(1200, 0, 2000), StudentDifference(0.6, 0.01, 0.01, float("inf"), float("inf"))):
        assert 0 < found.p < 1e-300 and 3 * found.p > found.p
