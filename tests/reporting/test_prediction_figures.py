
import numpy as np
import pandas as pd
import pytest

from auxiliary.evaluation.calibration import confidence_bins
from auxiliary.reporting.prediction_figures import calibration_figure, confusion_figure
from auxiliary.reporting.training_curves import curves_figure


def history(parent: int, own: int) -> pd.DataFrame:
    epochs = parent + own
    return pd.DataFrame({"accuracy": np.linspace(0.5, 0.9, epochs), "loss": np.linspace(2, 1, epochs),
                         "val_accuracy": np.linspace(0.4, 0.8, epochs), "val_loss": np.linspace(2, 1, epochs),
                         "phase": ["parent"] * parent + ["own"] * own})


def test_curves_count_the_parents_epochs_and_mark_their_end():
    fig = curves_figure(history(parent=3, own=2))
    fig.draw_without_rendering()
    for axes in fig.axes:
        training, validation, end = axes.lines
        assert list(training.get_xdata()) == list(validation.get_xdata()) == [1, 2, 3, 4, 5]
        assert end.get_xdata()[0] == 3.5
    assert fig.get_suptitle() == "Best validation accuracy of the tuning 0.800, in epoch 5 of 5"


@pytest.mark.parametrize("epochs", [1, 2, 50])
def test_epochs_are_whole_numbers(epochs):
    fig = curves_figure(history(parent=0, own=epochs))
    fig.draw_without_rendering()
    ticks = fig.axes[0].get_xticks()
    assert len(ticks) and (ticks == np.round(ticks)).all()
    assert len(fig.axes[0].lines) == 2


def test_curves_of_a_run_without_validation_say_so():
    fig = curves_figure(history(parent=0, own=2).assign(val_accuracy=np.nan))
    assert fig.get_suptitle() == "No validation accuracy in 2 epochs"


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


@pytest.mark.parametrize(("predictions", "title"), [
    (OVERCONFIDENT, "Overconfident:\ncalibration error 0.450"),
    (predicted(*[(0.5, True)] * 9, (0.5, False)), "Underconfident:\ncalibration error 0.400"),
    (predicted(*[(0.9, True)] * 9, (0.9, False)), "Well calibrated:\ncalibration error 0.000"),
    (predicted((0.95, False), (0.55, True)),
     "Overconfident in some bins, underconfident in others:\ncalibration error 0.700")])
def test_the_title_names_the_finding(predictions, title):
    assert calibration_figure(predictions).get_suptitle().startswith(title)


def test_the_tempered_predictions_are_drawn_as_well():
    fig = calibration_figure(OVERCONFIDENT, OVERCONFIDENT.assign(confidence=0.5))
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "accuracy equal to confidence", "as trained", "with the temperature that predict uses"]
    assert [line.get_xydata().tolist() for line in fig.axes[0].lines[1:3]] == [
        [pytest.approx([0.95, 0.5])], [[0.5, 0.5]]]
