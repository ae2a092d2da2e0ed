import numpy as np
import pandas as pd
import pytest

from auxiliary.reporting.run_figures import confusion_figure, curves_figure


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
    assert "33.3% of 3 test pictures right" in fig.get_suptitle()
    assert "$cash_1^2$ taken for" in fig.get_suptitle()
    assert "mistake" not in confusion_figure(predictions.head(1)).get_suptitle()
