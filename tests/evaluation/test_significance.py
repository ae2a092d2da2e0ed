
import math
from dataclasses import asdict
from itertools import product
from math import comb

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.evaluation.significance import (
    difference_interval,
    holm,
    mcnemar,
    paired_interval,
    paired_test,
    wilson_interval,
)

COUNT = st.integers(0, 2000)


def test_interval_of_a_difference_is_newcombes_published_example():
    # Newcombe 1998, table II: 56 of 70 against 48 of 80, method 10.
    first, second = (56 / 70, *wilson_interval(56, 70)), (48 / 80, *wilson_interval(48, 80))
    assert difference_interval(first, second) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_wilson_interval_of_a_case_worked_by_hand():
    # 8 of 10 with z = 2: centre (0.8 + 4/20) / 1.4 = 1/1.4, half sqrt(0.16/10 + 4/400) * 2 / 1.4
    half = 2 * math.sqrt(0.026) / 1.4
    assert wilson_interval(8, 10, z=2) == pytest.approx((1 / 1.4 - half, 1 / 1.4 + half))


def test_wilson_interval_of_published_figures():
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 0 of 20.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


@given(st.integers(1, 100_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_is_symmetric_in_right_and_wrong(counts):
    right, total = counts
    low, high = wilson_interval(right, total)
    assert 0 <= low <= right / total + 1e-12
    assert right / total - 1e-12 <= high <= 1
    assert wilson_interval(total - right, total) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("right", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_an_impossible_share_has_no_interval(right, total):
    with pytest.raises(UserError, match=f"{right} right of {total}"):
        wilson_interval(right, total)


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
def test_the_paired_interval_holds_the_difference_and_turns_round_with_the_two(both, first, second, neither):
    if not (total := both + first + second + neither):
        return
    low, high = paired_interval(both, first, second, neither)
    assert -1 - 1e-9 <= low <= (first - second) / total + 1e-9
    assert (first - second) / total - 1e-9 <= high <= 1 + 1e-9
    assert paired_interval(both, second, first, neither) == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize("counts", [counts for counts in product((0, 7), repeat=4) if any(counts)])
def test_the_paired_interval_is_there_also_where_one_is_always_right_or_wrong(counts):
    low, high = paired_interval(*counts)
    assert -1 <= low < high <= 1


def test_no_images_no_paired_interval():
    with pytest.raises(UserError, match="at least one image"):
        paired_interval(0, 0, 0, 0)


def said(right: str, names: str = "") -> pd.DataFrame:
    """Predictions for images a, b, c …, right where there is a 1: `said("110")`."""
    return pd.DataFrame({"filepath": list(names or "abcdefghijklmnop"[:len(right)]), "category": "cat",
                         "predicted": ["cat" if hit == "1" else "dog" for hit in right]})


def test_a_case_worked_by_hand():
    # They differ on 6 images, 5 to 1: p = 2 * (1 + 6) / 2**6.
    found = paired_test(said("1111111100"), said("1110000010"))
    assert (found.both, found.only_first, found.only_second, found.neither) == (3, 5, 1, 1)
    assert found.p == pytest.approx(14 / 64)
    assert found.low < 0.4 < found.high


def test_the_folder_that_the_images_lie_in_does_not_matter():
    first, second = said("1101"), said("0111")
    moved = second.assign(filepath="/moved/" + second["filepath"])
    assert paired_test(first, moved) == paired_test(first, second)


def test_it_is_symmetric():
    one, other = paired_test(said("11110"), said("10001")), paired_test(said("10001"), said("11110"))
    assert (one.only_first, one.only_second, one.p) == (other.only_second, other.only_first, other.p)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_runs_that_never_differ_are_as_good_as_each_other():
    found = paired_test(said("1100"), said("1100"))
    assert asdict(found) | {"low": 0, "high": 0} == {
        "both": 2, "only_first": 0, "only_second": 0, "neither": 2, "p": 1, "low": 0, "high": 0}
    assert found.low < 0 < found.high


@pytest.mark.parametrize("other", [said("11", names="ax"), said("11", names="ba"), said("1", names="a"),
                                   said("11").assign(category="dog")])
def test_different_images_or_another_order_cannot_be_paired(other):
    assert paired_test(said("11"), other) is None


def test_no_images_cannot_be_compared():
    with pytest.raises(UserError, match="at least one image"):
        paired_test(said(""), said(""))


def test_mcnemar_of_published_figures():
    # M. W. Fagerland, S. Lydersen and P. Laake, BMC Medical Research Methodology 13:91 (2013): 1 against 7 discordant.
    assert mcnemar(1, 7) == pytest.approx(0.0703, abs=5e-5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_sum(first, second):
    differ = first + second
    tail = sum(comb(differ, k) for k in range(max(first, second), differ + 1)) / 2**differ
    assert mcnemar(first, second) == pytest.approx(min(1, 2 * tail))


def test_holm_of_a_case_worked_by_hand():
    # In order 0.005, 0.01, 0.03, 0.04: times 4, 3, 2, 1; the last is no less than the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1)))
def test_holm_raises_every_p_value_keeps_their_order_and_at_most_bonferroni(values):
    corrected = holm(values)
    assert all(one <= other <= min(1, one * len(values)) + 1e-12 for one, other in zip(values, corrected, strict=True))
    assert [corrected[i] for i in sorted(range(len(values)), key=values.__getitem__)] == sorted(corrected)
