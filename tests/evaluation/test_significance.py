from dataclasses import asdict
from math import comb

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.evaluation.significance import holm, mcnemar, paired_test


def frame(right: str, names: str = "") -> pd.DataFrame:
    """Predictions for images a, b, c …, right where there is a 1: `frame("110")`."""
    return pd.DataFrame({"filepath": list(names or "abcdefghijklmnop"[:len(right)]), "category": "cat",
                         "predicted": ["cat" if hit == "1" else "dog" for hit in right]})


def test_a_case_worked_by_hand():
    # They differ on 6 images, 5 to 1: p = 2 * (1 + 6) / 2**6.
    found = paired_test(frame("1111111100"), frame("1110000010"))
    assert (found.both, found.only_first, found.only_second, found.neither) == (3, 5, 1, 1)
    assert found.p == pytest.approx(14 / 64)
    assert found.low < 0.4 < found.high


def test_the_folder_of_the_images_does_not_matter():
    first, second = frame("1101"), frame("0111")
    moved = second.assign(filepath="/moved/" + second["filepath"])
    assert paired_test(first, moved) == paired_test(first, second)


def test_it_is_symmetric():
    one, other = paired_test(frame("11110"), frame("10001")), paired_test(frame("10001"), frame("11110"))
    assert (one.only_first, one.only_second, one.p) == (other.only_second, other.only_first, other.p)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_runs_that_never_differ_have_p_one():
    found = paired_test(frame("1100"), frame("1100"))
    assert asdict(found) | {"low": 0, "high": 0} == {
        "both": 2, "only_first": 0, "only_second": 0, "neither": 2, "p": 1, "low": 0, "high": 0}
    assert found.low < 0 < found.high


@pytest.mark.parametrize("other", [frame("11", names="ax"), frame("11", names="ba"), frame("1", names="a"),
                                   frame("11").assign(category="dog")])
def test_different_images_or_another_order_cannot_be_paired(other):
    assert paired_test(frame("11"), other) is None


def test_no_images_cannot_be_compared():
    with pytest.raises(UserError, match="at least one image"):
        paired_test(frame(""), frame(""))


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
