import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.evaluation.explanation import Explanation
from auxiliary.reporting.heat_map_figures import explanation_sheet, grad_cam_sheet

HEAT = np.float16([[1, 0], [0, 0]])


def explained(*positions, heat=HEAT) -> dict[str, np.ndarray]:
    return {"position": np.array(positions), "heat": np.stack([heat] * len(positions))}


def shown(fig) -> list[tuple[np.ndarray, str]]:
    """The images that are drawn, row by row, each with its caption."""
    fig.draw_without_rendering()
    return [(np.asarray(axes.images[0].get_array()), axes.get_xlabel()) for axes in fig.axes if axes.images]


def captions(fig) -> list[str]:
    return [caption for _, caption in shown(fig) if caption]


def one(path, size, colour="black") -> pd.DataFrame:
    """The prediction of one image of a size."""
    Image.new("RGB", size, colour).save(path)
    return pd.DataFrame({"filepath": [str(path)], "category": ["a"], "predicted": ["a"], "confidence": [0.9],
                         "p:a": [0.9], "p:b": [0.1]})


def test_each_image_is_above_its_heat_map(predictions):
    (image, above), (_, below) = shown(grad_cam_sheet(predictions, explained(0)))
    assert (image == [255, 0, 0]).all()
    assert (above, below) == ("", "✓ $cash_1^2$ 0.90")


def test_mistakes_come_first_in_their_order(predictions):
    fig = grad_cam_sheet(predictions, explained(0, 2, 1))
    assert captions(fig) == ["✗ a_class_…_letters 0.80\nis $cash_1^2$", "✗ a_class_…_letters 0.60\nis $cash_1^2$",
                             "✓ $cash_1^2$ 0.90"]
    assert fig.get_suptitle() == "Grad-CAM: evidence for the predicted class, 2 wrong (✗) and 1 correct (✓)"


def test_of_near_duplicates_one_mistake_is_shown(predictions):
    fig = grad_cam_sheet(predictions.assign(group=[0, 0, 0]), explained(0, 2, 1))
    assert captions(fig) == ["✗ a_class_…_letters 0.80\nis $cash_1^2$", "✓ $cash_1^2$ 0.90"]


@pytest.mark.parametrize(("n", "wrong", "expected"), [
    (2, 1, "✗✓"), (2, 0, "✗✓"), (1, 0, "✓"), (3, 1, "✗✗✓"), (1, 5, "✗"), (0, 2, ""), (9, 9, "✗✗✓")])
def test_the_numbers_of_mistakes_and_of_correct_predictions(predictions, n, wrong, expected):
    fig = grad_cam_sheet(predictions, explained(0, 1, 2), n=n, wrong=wrong)
    assert "".join(caption[0] for caption in captions(fig)) == expected


def test_images_are_found_by_position_whatever_the_index(predictions):
    fig = grad_cam_sheet(predictions.set_index(np.array([7, 0, 1])), explained(0))
    assert captions(fig) == ["✓ $cash_1^2$ 0.90"]


def test_each_image_has_its_own_heat(predictions):
    heat = {"position": np.array([0, 1, 2]), "heat": np.float16([np.zeros((2, 2)), HEAT, np.ones((2, 2))])}
    fig = grad_cam_sheet(predictions.assign(filepath=predictions["filepath"][0]), heat)
    under = [image for image, caption in shown(fig) if caption]
    assert np.ptp(under[0]) > 0.1                        # the second: heat in one corner
    strongest = 0.8 * np.array(mpl.colormaps["plasma"](1.0)[:3])
    assert (under[1] >= strongest - 1e-6).all()          # the third: heat everywhere
    assert (under[2] == under[2][..., :1]).all()         # the first: grey everywhere


# In a tile of 224 pixels: enlarged 8 and 7 times, 3 times with a margin of 16, 2 times, and resized.
@pytest.mark.parametrize(("side", "margin"), [(28, 0), (32, 0), (64, 16), (100, 12), (128, 0), (300, 0)])
def test_heat_covers_the_image_and_nothing_else(tmp_path, side, margin):
    fig = grad_cam_sheet(one(tmp_path / "a.png", (side, side)), explained(0, heat=np.ones((3, 3), "float16")))
    (_, _), (under, _) = shown(fig)
    inside = slice(margin, 224 - margin)
    covered = (under != 1).any(axis=2)
    assert covered[inside, inside].all()
    assert covered.sum() == (224 - 2 * margin) ** 2


def test_heat_keeps_the_aspect_ratio_of_an_image(tmp_path):
    fig = grad_cam_sheet(one(tmp_path / "a.png", (300, 150)), explained(0))
    (_, _), (under, _) = shown(fig)
    assert ((under != 1).any(axis=2) == np.pad(np.ones((112, 224), bool), ((56, 56), (0, 0)))).all()
    coloured = np.ptp(under, axis=2)
    assert coloured[56, 0] > 0.5
    assert (coloured[[56, 167, 167], [223, 0, 223]] == 0).all()


def test_an_image_without_evidence_is_marked(predictions):
    fig = grad_cam_sheet(predictions, explained(0, heat=np.zeros((2, 2), "float16")))
    assert [text.get_text() for axes in fig.axes for text in axes.texts] == ["no evidence"]


def test_the_legend_explains_the_colours(predictions):
    fig = grad_cam_sheet(predictions, explained(0))
    fig.draw_without_rendering()
    legend = fig.axes[-1]
    assert [label.get_text() for label in legend.get_xticklabels()] == ["0 none", "1 most"]
    assert legend.get_xlabel() == "evidence for the predicted class, within each image"


@pytest.mark.parametrize("nothing", [{}, explained(0, heat=HEAT) | {"position": np.array([], int)}])
def test_nothing_to_show(predictions, nothing):
    fig = grad_cam_sheet(predictions, nothing)
    assert shown(fig) == []
    assert fig.get_suptitle() == "Grad-CAM: no image was explained"


def in_three_ways(**changed) -> dict[str, Explanation]:
    """What three ways give for one image."""
    return {way: Explanation(HEAT.astype("float32"), f"By {way}.") for way in ("one", "two", "three")} | changed


def test_beside_each_image_are_the_maps_of_all_ways(predictions):
    fig = explanation_sheet(predictions.iloc[:2], [in_three_ways(), in_three_ways()])
    maps = shown(fig)
    assert [caption for _, caption in maps] == [
        "✓ $cash_1^2$ 0.90", "By one.", "By two.", "By three.",
        "✗ a_class_…_letters 0.60\nis $cash_1^2$", "By one.", "By two.", "By three."]
    assert (maps[0][0] == [255, 0, 0]).all() and all(np.ptp(image) > 0.1 for image, _ in maps[1:4])
    assert [axes.get_title(loc="left") for axes in fig.axes[:4]] == ["image", "one", "two", "three"]
    assert fig.get_suptitle() == "Evidence for the predicted class, found in 3 ways"


def test_where_a_way_has_no_map_its_place_is_white_and_says_why(predictions):
    fig = explanation_sheet(predictions.head(1), [in_three_ways(two=Explanation(None, "It has no map."))])
    white, why = shown(fig)[2]
    assert (white == 255).all() and why == "It has no map."
