import math

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.evaluation.metrics import confusion, confusions, hardest_class, per_class, scores
from auxiliary.evaluation.predictions import classes

PREDICTIONS = pd.DataFrame({
    "filepath": ["a.png", "b.png", "c.png", "d.png"],
    "category": ["cat", "cat", "dog", "dog"],
    "label": [0, 0, 1, 1],
    "predicted": ["cat", "dog", "dog", "dog"],
    "confidence": [0.8, 0.6, 0.9, 1.0],
    "p:cat": [0.8, 0.4, 0.1, 0.0],
    "p:dog": [0.2, 0.6, 0.9, 1.0],
})


def test_scores():
    found = scores(PREDICTIONS)
    assert (found.accuracy, found.images) == (0.75, 4)
    assert found.loss == pytest.approx(-(math.log(0.8) + math.log(0.4) + math.log(0.9)) / 4, abs=1e-6)
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert (found.accuracy_low, found.accuracy_high) == wilson_interval(3, 4)
    # 0.6 is wrong, alone in its bin; 0.8, 0.9 and 1.0 are right, each alone in its bin.
    assert found.ece == pytest.approx((0.6 + 0.2 + 0.1 + 0.0) / 4)


def test_probability_zero_of_the_true_class_gives_a_finite_loss():
    surely_wrong = PREDICTIONS.tail(1).assign(category="cat")
    assert scores(surely_wrong).loss == pytest.approx(-math.log(1e-7))


def test_no_images_no_scores():
    with pytest.raises(UserError, match="at least one image"):
        scores(PREDICTIONS.head(0))


def test_per_class_counts_each_class_even_when_it_has_no_images():
    frame = per_class(PREDICTIONS.tail(2))
    assert list(frame.index) == ["cat", "dog"]
    assert frame.loc["dog"].to_dict() == {"precision": 1, "recall": 1, "f1": 1, "images": 2}
    assert frame.loc["cat", "images"] == 0


def test_confusion_has_the_truth_in_rows():
    frame = confusion(PREDICTIONS)
    assert frame.to_numpy().tolist() == [[1, 1], [0, 2]]
    assert list(frame.index) == list(frame.columns) == classes(PREDICTIONS) == ["cat", "dog"]


def test_the_hardest_class_has_the_most_mistakes():
    assert hardest_class(PREDICTIONS.assign(predicted=["cat", "cat", "cat", "dog"])) == "dog"


def test_of_equally_hard_classes_the_first_is_taken():
    assert hardest_class(PREDICTIONS.assign(predicted=["cat", "dog", "cat", "dog"])) == "cat"
    assert hardest_class(PREDICTIONS.tail(2)) == "cat"


def frame_of(*pairs: tuple[str, str]) -> pd.DataFrame:
    """Predictions by true and predicted class, of the classes c2, c10 and c30."""
    return pd.DataFrame(pairs, columns=["category", "predicted"]).assign(**{"p:c2": 0.0, "p:c10": 0.0, "p:c30": 0.0})


def test_the_commonest_mistakes_come_first():
    table = confusions(frame_of(*[("c30", "c2")] * 3, *[("c2", "c10")] * 2, *[("c10", "c2")] * 2, ("c10", "c10")))
    assert table.to_dict("list") == {"category": ["c30", "c2", "c10"], "predicted": ["c2", "c10", "c2"],
                                     "images": [3, 2, 2], "share": pytest.approx([1, 1, 2 / 3])}


def test_of_equally_common_mistakes_the_first_label_comes_first():
    pairs = [("c30", "c2"), ("c10", "c30"), ("c10", "c2"), ("c2", "c30"), ("c10", "c10")]
    table = confusions(frame_of(*pairs, ("c30", "c30"), ("c30", "c30"), ("c2", "c2"), ("c2", "c2")))
    assert list(zip(table["category"], table["predicted"], strict=True)) == [
        ("c2", "c30"), ("c10", "c2"), ("c10", "c30"), ("c30", "c2")]
    assert len(confusions(frame_of(*pairs), most=2)) == 2


def test_without_mistakes_there_are_none_to_list():
    assert confusions(frame_of(("c2", "c2"))).empty
