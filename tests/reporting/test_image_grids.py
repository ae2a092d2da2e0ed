
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.reporting.image_grids import (
    caption,
    captioned_sheet,
    mistakes_sheet,
    prediction_sheet,
    sheet,
    suspect_sheet,
    tile,
)
from auxiliary.reporting.style import new_figure


def captions(fig) -> list[str]:
    fig.draw_without_rendering()
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_prediction_sheet_marks_right_and_wrong_by_sign_and_frame(predictions):
    fig = prediction_sheet(predictions, n=10)
    assert sorted(captions(fig)) == ["✓ $cash_1^2$ 0.90", "✗ a_class_…_letters 0.60\nis $cash_1^2$",
                                     "✗ a_class_…_letters 0.80\nis $cash_1^2$"]
    frames = {axes.get_xlabel()[0]: axes.spines["top"].get_linestyle() for axes in fig.axes if axes.images}
    assert frames["✓"] != frames["✗"]


def test_mistakes_come_surest_first(predictions):
    fig = mistakes_sheet(predictions, n=1)
    assert captions(fig) == ["✗ a_class_…_letters 0.80\nis $cash_1^2$"]
    assert fig.get_suptitle() == "The surest 1 of 2 mistakes in 3 test images"


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


def test_an_unknown_class_is_named(predictions):
    with pytest.raises(UserError, match=r"unknown class 'cash': .*\$cash_1\^2\$"):
        mistakes_sheet(predictions, category="cash")


def test_a_sheet_has_five_images_a_line(predictions):
    fig = captioned_sheet(predictions.loc[[0] * 6], "six")
    assert len(captions(fig)) == 6
    assert len({axes.get_subplotspec().rowspan.start for axes in fig.axes if axes.images}) == 2


def test_a_caption_can_stand_below_another_image(predictions):
    axes = new_figure(2, 2).subplots()
    other = np.zeros((4, 4, 3))
    caption(axes, predictions.loc[0], other)
    assert (axes.images[0].get_array() == other).all()
    assert axes.get_xlabel() == "✓ $cash_1^2$ 0.90"


def test_small_images_keep_their_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (tile(tmp_path / "a.png", 112) == pixels.repeat(4, axis=0).repeat(4, axis=1)).all()


def test_large_images_keep_their_proportions(images):
    shown = tile(images[1], 90)
    assert shown.shape == (90, 90, 3)
    assert (shown[[0, 14, 75, 89]] == 255).all() and (shown[15:75] == [0, 128, 0]).all()


def test_a_sheet_has_room_for_the_longest_row(images):
    assert sheet([images, images[:1]], side=10, gap=2).shape == (24, 24, 3)


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.png is no longer there"):
        tile(tmp_path / "gone.png")


@pytest.fixture
def suspicious(images) -> pd.DataFrame:
    return pd.DataFrame({"filepath": images, "category": ["cat", "$cash_1^2$"],
                         "suggested": ["a_class_name_of_thirty_letters", "cat"], "self_confidence": [0.01, 0.2],
                         "confidence": [0.97, 0.6], "split": "train"})


def suspect_captions(fig) -> list[str]:
    fig.draw_without_rendering()
    return [axes.get_xlabel() for axes in fig.axes if axes.images]


def test_each_image_says_its_label_and_what_it_looks_like(suspicious):
    fig = suspect_sheet(suspicious)
    assert fig.get_suptitle() == "2 suspect labels"
    assert suspect_captions(fig) == [
        "labelled cat\nlooks like a_clas…etters 0.97",
        "labelled $cash_1^2$\nlooks like cat 0.60",
    ]


def test_the_most_suspicious_come_first(suspicious):
    fig = suspect_sheet(suspicious, n=1)
    assert fig.get_suptitle() == "The most suspicious 1 of 2 suspect labels"
    assert len(suspect_captions(fig)) == 1


def test_an_empty_table(suspicious):
    fig = suspect_sheet(suspicious.head(0))
    assert fig.get_suptitle() == "No suspect labels to look at"
    assert suspect_captions(fig) == []
