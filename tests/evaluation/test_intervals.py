import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.evaluation.intervals import difference_interval, paired_interval, wilson_interval

COUNT = st.integers(0, 2000)


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


@pytest.mark.parametrize(("counts", "ends"), [
    # M. W. Fagerland, S. Lydersen and P. Laake, Statistical Analysis of Contingency Tables (2017), chapter 8: airway
    # hyper-responsiveness before and after stem cell transplantation; complete response before and after consolidation.
    ((1, 1, 7, 12), (-0.507, -0.026)),
    ((59, 6, 16, 80), (-0.1186, -0.0046)),
])
def test_interval_of_a_paired_difference_of_published_figures(counts, ends):
    assert paired_interval(*counts) == pytest.approx(ends, abs=5e-4)


def test_pairs_that_agree_more_often_than_by_chance_make_the_interval_narrower():
    low, high = paired_interval(800, 50, 30, 120)
    apart = difference_interval(*((right / 1000, *wilson_interval(right, 1000)) for right in (850, 830)))
    assert apart[0] < low < 0.02 < high < apart[1]


@given(COUNT, COUNT, COUNT, COUNT)
def test_the_paired_interval_holds_the_difference_and_changes_sign_with_the_order(both, first, second, neither):
    if not (total := both + first + second + neither):
        return
    low, high = paired_interval(both, first, second, neither)
    assert -1 - 1e-9 <= low <= (first - second) / total + 1e-9
    assert (first - second) / total - 1e-9 <= high <= 1 + 1e-9
    assert paired_interval(both, second, first, neither) == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize("counts", [counts for counts in product((0, 7), repeat=4) if any(counts)])
def test_the_paired_interval_exists_if_one_is_always_correct_or_wrong(counts):
    low, high = paired_interval(*counts)
    assert -1 <= low < high <= 1


def test_no_images_no_paired_interval():
    with pytest.raises(UserError, match="at least one image"):
        paired_interval(0, 0, 0, 0)
