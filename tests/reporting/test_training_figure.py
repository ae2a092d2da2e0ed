import numpy as np
import pandas as pd
import pytest

from auxiliary.reporting.style import NARROW
from auxiliary.reporting.training_figure import strength_figure, training_figure
from auxiliary.runs.run import Run

STRENGTHS = pd.DataFrame({"C": [0.001, 0.01, 0.1], "accuracy": [0.8, 0.9, 1.0], "loss": [0.6, 0.3, 0.01],
                          "val_accuracy": [0.7, 0.8, 0.85], "val_loss": [0.7, 0.5, 0.6],
                          "chosen": [False, True, False]})


@pytest.mark.parametrize("narrow", [False, True])
def test_the_chosen_strength_is_marked_in_both_panels(narrow):
    fig = strength_figure(STRENGTHS, narrow)
    fig.draw_without_rendering()
    for axes, quantity in zip(fig.axes, ("accuracy", "loss"), strict=True):
        training, validation, chosen = axes.lines
        assert axes.get_xscale() == "log"
        assert {"0.001", "0.01", "0.1"} <= {label.get_text() for label in axes.get_xticklabels()}
        np.testing.assert_allclose(training.get_xydata(), STRENGTHS[["C", quantity]])
        np.testing.assert_allclose(validation.get_xydata(), STRENGTHS[["C", f"val_{quantity}"]])
        assert chosen.get_xdata()[0] == 0.01
    assert fig.get_suptitle() == "Lowest validation loss 0.500, at C = 0.01"
    assert not narrow or fig.get_figwidth() == NARROW


def test_a_run_is_shown_by_its_strengths_or_by_its_epochs(tmp_path):
    run = Run(tmp_path)
    run.begin({"experiment": {}})
    run.save_history(pd.DataFrame({"accuracy": [0.5], "loss": [1.0], "val_accuracy": [0.4], "val_loss": [1.1],
                                   "phase": ["own"]}))
    assert training_figure(run).get_suptitle() == "Best validation accuracy 0.400, in epoch 1 of 1"
    run.save_strengths(STRENGTHS)
    assert training_figure(run).get_suptitle() == "Lowest validation loss 0.500, at C = 0.01"


@pytest.mark.parametrize(("patience", "saved"), [(0, "4, with 0.500"), (2, "3, with 0.600")])
def test_the_title_has_the_accuracy_that_tables_have(tmp_path, patience, saved):
    run = Run(tmp_path)
    run.begin({"experiment": {"patience": patience}})
    run.save_history(pd.DataFrame({"accuracy": 0.5, "loss": 1.0, "val_accuracy": [0.2, 0.7, 0.6, 0.5],
                                   "val_loss": [0.1, 1.4, 1.1, 1.3], "phase": ["parent", "own", "own", "own"]}))
    title = training_figure(run).get_suptitle().replace("\n", " ")
    assert title.endswith(f"0.700, in epoch 2 of 4; saved are the weights of epoch {saved}")


def test_of_an_ensemble_nothing_was_trained(tmp_path):
    run = Run(tmp_path)
    run.begin({"members": ["a-h0123456789ab", "b-h0123456789ab"]})
    assert training_figure(run).get_suptitle() == "Nothing was trained: an ensemble of 2 networks"
