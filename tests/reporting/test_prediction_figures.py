
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


def test_confusion_figure_names_the_commonest_mistake(predictions):
    fig = confusion_figure(predictions)
    fig.draw_without_rendering()
    assert sorted(text.get_text() for text in fig.axes[0].texts) == ["1", "2"]
    assert "33.3% of 3 test images right" in fig.get_suptitle()
    assert "$cash_1^2$ taken for" in fig.get_suptitle()
    assert "mistake" not in confusion_figure(predictions.head(1)).get_suptitle()


def said(*images: tuple[float, bool]) -> pd.DataFrame:
    return pd.DataFrame({"category": "cat", "predicted": ["cat" if right else "dog" for _, right in images],
                         "confidence": [confidence for confidence, _ in images]})


SURE = said(*[(0.95, True)] * 5, *[(0.95, False)] * 5)


def test_bins_hold_their_upper_end_and_count_what_is_right():
    bins = confidence_bins(said((0.5, True), (0.51, False), (1.0, True)), bins=2)
    assert bins["images"].tolist() == [1, 2]
    assert bins["correct"].tolist() == [1, 1]
    assert bins["confidence_sum"].tolist() == pytest.approx([0.5, 1.51])


def test_a_dot_stands_where_confidence_meets_accuracy():
    axes, = calibration_figure(SURE).axes
    (x, y), = axes.collections[0].get_offsets()
    assert (x, y) == pytest.approx((0.95, 0.5))


@pytest.mark.parametrize(("predictions", "title"), [
    (SURE, "Surer than it is right: calibration error 0.450"),
    (said(*[(0.5, True)] * 9, (0.5, False)), "More often right than it is sure: calibration error 0.400"),
    (said(*[(0.9, True)] * 9, (0.9, False)), "About as often right as it is sure: calibration error 0.000"),
    (said((0.95, False), (0.55, True)), "Now surer, now less sure than it is right: calibration error 0.700")])
def test_the_title_says_what_is_seen(predictions, title):
    assert calibration_figure(predictions).get_suptitle().startswith(title)


def test_the_tempered_network_is_drawn_beside():
    fig = calibration_figure(SURE, SURE.assign(confidence=0.5))
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "as often right as sure", "as trained", "with the temperature that predict uses"]
    assert fig.axes[0].collections[1].get_offsets().tolist() == [[0.5, 0.5]]
