import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.reporting.image_grids import (
    caption,
    captioned_sheet,
    mistakes_sheet,
    prediction_sheet,
    suspect_sheet,
)
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import new_figure
from tests.reporting.conftest import NAMES

CATEGORIES = [*NAMES, "cat"]
UNKNOWN = "\u0378"    # no letter, so that no font has it


def captions(fig) -> list[str]:
    fig.draw_without_rendering()
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_prediction_sheet_marks_correct_and_wrong_by_sign_and_frame(predictions):
    fig = prediction_sheet(predictions, n=10)
    assert sorted(captions(fig)) == ["✓ $cash_1^2$ 0.90", "✗ a_class_…_letters 0.60\nis $cash_1^2$",
                                     "✗ a_class_…_letters 0.80\nis $cash_1^2$"]
    frames = {axes.get_xlabel()[0]: axes.spines["top"].get_linestyle() for axes in fig.axes if axes.images}
    assert frames["✓"] != frames["✗"]


def test_the_most_confident_mistakes_come_first(predictions):
    fig = mistakes_sheet(predictions, n=1)
    assert captions(fig) == ["✗ a_class_…_letters 0.80\nis $cash_1^2$"]
    assert fig.get_suptitle() == "The 1 most confident of 2 mistakes in 3 test images"


def test_no_mistakes(predictions):
    fig = mistakes_sheet(predictions.head(1))
    assert captions(fig) == []
    assert fig.get_suptitle() == "No mistakes in 1 test image"


def test_mistakes_on_the_images_of_one_class(predictions):
    letters = "a_class_name_of_thirty_letters"
    mixed = predictions.assign(category=["$cash_1^2$", "$cash_1^2$", letters], predicted=[letters, letters, letters])
    fig = mistakes_sheet(mixed, category="$cash_1^2$")
    assert captions(fig) == ["✗ a_class_…_letters 0.90\nis $cash_1^2$", "✗ a_class_…_letters 0.60\nis $cash_1^2$"]
    assert fig.get_suptitle() == "2 mistakes in 2 test images of $cash_1^2$"
    assert mistakes_sheet(mixed, category=letters).get_suptitle() == (
        "No mistakes in 1 test image of a_class_name…rty_letters")


def test_of_near_duplicates_the_most_confident_mistake_is_shown(predictions):
    fig = mistakes_sheet(predictions.assign(group=[1, 0, 0]))
    assert captions(fig) == ["✗ a_class_…_letters 0.80\nis $cash_1^2$"]
    assert fig.get_suptitle() == (
        "The 1 most confident of 2 mistakes in 3 test images, near-duplicates once")


def test_a_mistake_without_a_known_group_stands_alone(predictions):
    fig = mistakes_sheet(predictions.assign(group=float("nan")))
    assert len(captions(fig)) == 2 and "near-duplicates" not in fig.get_suptitle()


def test_an_unknown_class_is_named(predictions):
    with pytest.raises(UserError, match=r"unknown class 'cash': .*\$cash_1\^2\$"):
        mistakes_sheet(predictions, category="cash")


def test_a_sheet_has_five_images_a_line(predictions):
    fig = captioned_sheet(predictions.loc[[0] * 6], "six", Names(NAMES))
    assert len(captions(fig)) == 6
    assert len({axes.get_subplotspec().rowspan.start for axes in fig.axes if axes.images}) == 2


def test_a_caption_can_stand_below_another_image(predictions):
    axes = new_figure(2, 2).subplots()
    other = np.zeros((4, 4, 3))
    caption(axes, predictions.loc[0], Names(NAMES), other)
    assert (axes.images[0].get_array() == other).all()
    assert axes.get_xlabel() == "✓ $cash_1^2$ 0.90"


@pytest.fixture
def suspects(images) -> pd.DataFrame:
    return pd.DataFrame({"filepath": images, "category": ["cat", "$cash_1^2$"],
                         "suggested": ["a_class_name_of_thirty_letters", "cat"], "self_confidence": [0.01, 0.2],
                         "confidence": [0.97, 0.6], "split": "train"})


def suspect_captions(fig) -> list[str]:
    fig.draw_without_rendering()
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_each_suspect_has_its_label_and_the_suggested_class(suspects):
    fig = suspect_sheet(suspects, CATEGORIES)
    assert fig.get_suptitle() == "2 suspect labels"
    assert suspect_captions(fig) == ["labelled cat\nsuggested a_clas…etters 0.97",
                                     "labelled $cash_1^2$\nsuggested cat 0.60"]


def test_the_most_suspicious_come_first(suspects):
    fig = suspect_sheet(suspects, CATEGORIES, n=1)
    assert fig.get_suptitle() == "The 1 most suspicious of 2 suspect labels"
    assert len(suspect_captions(fig)) == 1


def test_a_class_that_cannot_be_drawn_is_its_label_everywhere(suspects, predictions):
    odd = suspects.assign(category=UNKNOWN, suggested=[NAMES[1], "cat"])
    fig = suspect_sheet(odd, ["cat", *NAMES, UNKNOWN])
    assert suspect_captions(fig)[1] == "labelled (class 3)\nsuggested cat 0.60"
    assert fig.stand_ins == {"(class 3)": UNKNOWN}
    renamed = predictions.replace(NAMES[1], UNKNOWN).rename(columns={f"p:{NAMES[1]}": f"p:{UNKNOWN}"})
    fig = mistakes_sheet(renamed.assign(category=UNKNOWN, predicted=NAMES[0]), category=UNKNOWN)
    assert captions(fig)[0] == "✗ $cash_1^2$ 0.90\nis (class 1)"
    assert fig.get_suptitle().endswith("of (class 1)")


def test_an_empty_table(suspects):
    fig = suspect_sheet(suspects.head(0), CATEGORIES)
    assert fig.get_suptitle() == "No suspect labels"
    assert suspect_captions(fig) == []


def test_suspects_that_are_near_duplicates_are_shown_once(suspects):
    fig = suspect_sheet(suspects.assign(group=[4, 4]), CATEGORIES)
    assert fig.get_suptitle() == "The 1 most suspicious of 2 suspect labels, near-duplicates once"
    assert suspect_captions(fig) == ["labelled cat\nsuggested a_clas…etters 0.97"]


def test_the_users_own_file_stands_below_suspects_and_mistakes(suspects, predictions):
    fig = suspect_sheet(suspects.assign(original=["cat/a.png", "money/notes of 1999/a scan.png"]), CATEGORIES)
    assert [text.split("\n")[2:] for text in suspect_captions(fig)] == [
        ["cat/a.png"], ["money/notes of 1999/a sca", "n.png"]]
    fig = suspect_sheet(suspects.assign(original="a" * 99), CATEGORIES)
    assert {len(text.split("\n")) for text in suspect_captions(fig)} == {5}
    box = fig.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= -0.02
    fig = mistakes_sheet(predictions.assign(original=["a.png", "b.png", "c/d.png"]))
    assert [text.split("\n")[-1] for text in captions(fig)] == ["c/d.png", "b.png"]
