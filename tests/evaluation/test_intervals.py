import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.evaluation.intervals import difference_interval, wilson_interval


def test_interval_of_a_difference_is_newcombes_published_example():
    # Newcombe 1998, table II: 56 of 70 against 48 of 80, method 10.
    first, second = (56 / 70, *wilson_interval(56, 70)), (48 / 80, *wilson_interval(48, 80))
    assert difference_interval(first, second) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_wilson_interval_by_its_formula():
    z, total = 1.959963984540054, 1001
    for correct in (0, 1, 500, 1001):
        share = correct / total
        half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
        scale = 1 + z * z / total
        ends = [(share + z * z / (2 * total) + sign * half) / scale for sign in (-1, 1)]
        assert wilson_interval(correct, total) == pytest.approx(ends, abs=1e-12)


def test_wilson_interval_of_published_figures():
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 0 of 20.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


@given(st.integers(1, 100_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_is_symmetric_in_correct_and_wrong(counts):
    correct, total = counts
    low, high = wilson_interval(correct, total)
    assert 0 <= low <= correct / total + 1e-12
    assert correct / total - 1e-12 <= high <= 1
    assert wilson_interval(total - correct, total) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_an_impossible_share_has_no_interval(correct, total):
    with pytest.raises(UserError, match=f"{correct} correct of {total}"):
        wilson_interval(correct, total)
