import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.errors import UserError
from auxiliary.evaluation.metrics import (
    classes,
    confusion,
    difference_interval,
    hardest_class,
    per_class,
    scores,
    wilson_interval,
)

PREDICTIONS = pd.DataFrame({
    "filepath": ["a.png", "b.png", "c.png", "d.png"],
    "category": ["cat", "cat", "dog", "dog"],
    "label": [0, 0, 1, 1],
    "predicted": ["cat", "dog", "dog", "dog"],
    "confidence": [0.8, 0.6, 0.9, 1.0],
    "p:cat": [0.8, 0.4, 0.1, 0.0],
    "p:dog": [0.2, 0.6, 0.9, 1.0],
})


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


def test_scores():
    found = scores(PREDICTIONS)
    assert (found.accuracy, found.pictures) == (0.75, 4)
    assert found.loss == pytest.approx(-(math.log(0.8) + math.log(0.4) + math.log(0.9)) / 4, abs=1e-6)
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert (found.accuracy_low, found.accuracy_high) == wilson_interval(3, 4)


def test_a_picture_whose_class_got_probability_zero_costs_a_finite_loss():
    surely_wrong = PREDICTIONS.tail(1).assign(category="cat")
    assert scores(surely_wrong).loss == pytest.approx(-math.log(1e-7))


def test_no_pictures_no_scores():
    with pytest.raises(UserError, match="at least one picture"):
        scores(PREDICTIONS.head(0))


def test_per_class_counts_each_class_even_when_it_has_no_pictures():
    frame = per_class(PREDICTIONS.tail(2))
    assert list(frame.index) == ["cat", "dog"]
    assert frame.loc["dog"].to_dict() == {"precision": 1, "recall": 1, "f1": 1, "pictures": 2}
    assert frame.loc["cat", "pictures"] == 0


def test_confusion_has_the_truth_in_rows():
    frame = confusion(PREDICTIONS)
    assert frame.to_numpy().tolist() == [[1, 1], [0, 2]]
    assert list(frame.index) == list(frame.columns) == classes(PREDICTIONS) == ["cat", "dog"]


def test_the_hardest_class_has_the_most_mistakes():
    assert hardest_class(PREDICTIONS.assign(predicted=["cat", "cat", "cat", "dog"])) == "dog"


def test_of_classes_as_hard_as_each_other_the_first_is_taken():
    assert hardest_class(PREDICTIONS.assign(predicted=["cat", "dog", "cat", "dog"])) == "cat"
    assert hardest_class(PREDICTIONS.tail(2)) == "cat"
