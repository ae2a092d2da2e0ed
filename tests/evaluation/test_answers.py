import pandas as pd
import pytest

from auxiliary.evaluation.answers import answers_of


def frame(right: str, names: str = "") -> pd.DataFrame:
    """Predictions for images a, b, c …, right where there is a 1: `frame("110")`."""
    return pd.DataFrame({"filepath": list(names or "abcdefghijklmnop"[:len(right)]), "category": "cat",
                         "predicted": ["cat" if hit == "1" else "dog" for hit in right]})


def test_one_row_per_run():
    found = answers_of(("r0", "r1"), {"r1": frame("101"), "r0": frame("011"), "other": frame("1")})
    assert found.correct.tolist() == [[False, True, True], [True, False, True]]


@pytest.mark.parametrize("runs", [("r0", "gone"), ("gone",), ()])
def test_without_the_predictions_of_a_run_there_are_none(runs):
    assert answers_of(runs, {"r0": frame("011")}) is None


@pytest.mark.parametrize("other", [frame("11", names="ax"), frame("11", names="ba"), frame("1", names="a"),
                                   frame("11").assign(category="dog")])
def test_other_images_or_another_order_are_not_the_same(other):
    assert answers_of(("r0", "r1"), {"r0": frame("11"), "r1": other}) is None
    assert not answers_of(("r0",), {"r0": frame("11")}).same_images(answers_of(("r1",), {"r1": other}))


def test_the_folder_of_the_images_does_not_matter():
    moved = frame("0111").assign(filepath=lambda rows: "/moved/" + rows["filepath"])
    assert answers_of(("r0", "r1"), {"r0": frame("1101"), "r1": moved}).correct.shape == (2, 4)


def test_no_images_are_no_answers():
    assert answers_of(("r0",), {"r0": frame("")}) is None
