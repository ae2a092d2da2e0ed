import pandas as pd
import pytest

from auxiliary.evaluation.calibration import confidence_bins
from auxiliary.reporting.prediction_figures import calibration_figure, confusion_figure


def test_confusion_figure_names_the_most_common_mistake(predictions):
    fig = confusion_figure(predictions)
    fig.draw_without_rendering()
    assert sorted(text.get_text() for text in fig.axes[0].texts) == ["1", "2"]
    assert "33.3% of 3 test images correct" in fig.get_suptitle()
    assert "$cash_1^2$ predicted as" in fig.get_suptitle()
    assert "mistake" not in confusion_figure(predictions.head(1)).get_suptitle()


def predicted(*images: tuple[float, bool]) -> pd.DataFrame:
    return pd.DataFrame({"category": "cat", "predicted": ["cat" if right else "dog" for _, right in images],
                         "confidence": [confidence for confidence, _ in images]})


OVERCONFIDENT = predicted(*[(0.95, True)] * 5, *[(0.95, False)] * 5)


def test_bins_include_their_upper_end_and_count_correct_predictions():
    bins = confidence_bins(predicted((0.5, True), (0.51, False), (1.0, True)), bins=2)
    assert bins["images"].tolist() == [1, 2]
    assert bins["correct"].tolist() == [1, 1]
    assert bins["confidence_sum"].tolist() == pytest.approx([0.5, 1.51])


def test_each_bin_has_its_confidence_and_accuracy():
    above, below = calibration_figure(OVERCONFIDENT).axes
    _, line = above.lines[:2]
    assert line.get_xydata().tolist() == [pytest.approx([0.95, 0.5])]
    assert below.lines and above.collections[0].get_offsets().tolist() == [pytest.approx([0.95, 0.5])]


@pytest.mark.parametrize("images", [1, 2, 6, 30])
def test_images_are_counted_in_whole_numbers(images):
    fig = calibration_figure(predicted(*[(0.95, True)] * images))
    fig.draw_without_rendering()
    ticks = fig.axes[1].get_yticks()
    assert len(ticks) > 1 and all(tick == round(tick) for tick in ticks)


def test_a_bin_of_few_images_is_drawn_with_its_neighbour():
    predictions = predicted(*[(0.95, True)] * 19, (0.35, False))
    assert [line.get_xydata().tolist() for line in calibration_figure(predictions).axes[0].lines[1:2]] == [
        [pytest.approx([0.92, 0.95])]]


@pytest.mark.parametrize(("predictions", "title"), [
    (OVERCONFIDENT, "Overconfident:\ncalibration error 0.450"),
    (predicted(*[(0.5, True)] * 9, (0.5, False)), "Underconfident:\ncalibration error 0.400"),
    (predicted(*[(0.9, True)] * 9, (0.9, False)), "Well calibrated:\ncalibration error 0.000"),
    (predicted(*[(0.95, False)] * 10, *[(0.55, True)] * 10),
     "Overconfident in some bins, underconfident in others:\ncalibration error 0.700 on 20 test images")])
def test_the_title_names_the_finding(predictions, title):
    assert calibration_figure(predictions).get_suptitle().startswith(title)


def test_the_title_agrees_with_the_merged_bins():
    # By themselves the two are off by 0.95 and by 0.45; together they are one point.
    few = predicted((0.95, False), (0.55, True))
    assert calibration_figure(few).get_suptitle() == (
        "Overconfident:\ncalibration error 0.250 in these bins on 2 test images,\n0.700 in 15 of equal width")
    assert calibration_figure(few.assign(confidence=[0.6, 0.4])).get_suptitle().startswith("Well calibrated")


def test_the_tempered_predictions_are_drawn_as_well():
    fig = calibration_figure(OVERCONFIDENT, OVERCONFIDENT.assign(confidence=0.5))
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "accuracy equal to confidence", "as trained", "with the temperature that predict uses"]
    assert [line.get_xydata().tolist() for line in fig.axes[0].lines[1:3]] == [
        [pytest.approx([0.95, 0.5])], [[0.5, 0.5]]]
