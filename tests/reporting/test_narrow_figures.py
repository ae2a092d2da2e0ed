"""Figures for a phone: letters of at least 10 points in 5.2 inches, all of them inside."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from auxiliary.config.grid_keys import key_part
from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.reporting.comparison_figures import comparison_figure
from auxiliary.reporting.confusion_map import pairs_map
from auxiliary.reporting.data_overview import class_figure, size_figure
from auxiliary.reporting.ladder_figure import ladder_figure
from auxiliary.reporting.prediction_figures import calibration_figure
from auxiliary.reporting.published_figure import published_figure
from auxiliary.reporting.robustness_figure import robustness_figure
from auxiliary.reporting.style import NARROW
from auxiliary.reporting.sweep import find_sweeps
from auxiliary.reporting.sweep_figure import sweep_figure
from auxiliary.reporting.tradeoff_figure import tradeoff_figure
from auxiliary.reporting.training_curves import curves_figure, score_figure
from auxiliary.runs.seeds import over_seeds

SMALLEST = 10    # points
HISTORY = pd.DataFrame({"epoch": np.arange(1, 41), "accuracy": 0.5, "loss": 1.0, "val_accuracy": 0.6, "val_loss": 1.1,
                        "phase": ["parent"] * 10 + ["own"] * 30})
OVERVIEW = pd.DataFrame({"filepath": "a", "category": ["a_class_name_of_thirty_letters", "b"] * 50, "error": "",
                         "width": np.arange(100) * 40 + 20, "height": 300})
PREDICTIONS = pd.DataFrame({"filepath": "a", "category": ["a", "b"] * 50, "predicted": "a",
                            "confidence": np.linspace(0.5, 1, 100), "p:a": np.linspace(0.5, 1, 100),
                            "p:b": 1 - np.linspace(0.5, 1, 100)})

ANSWERS = pd.DataFrame({"stage": ["scratch", "transfer"] * 50, "experiment": "conv5invto128_dense1_35extraepochs",
                        "filepath": np.arange(100) // 2, CLEAN: 1, **dict.fromkeys(COLUMNS, 0)})


def sweeps_of(results_of, values):
    """The sweep over some values, with accuracies that grow."""
    runs = results_of(*(dict(zip(values, chosen, strict=True)) | {
        "key": "small" + "".join(map(key_part, values, chosen)), "run_id": str(place), "val_accuracy": place / 100}
        for place, chosen in enumerate(product(*values.values()))))
    return find_sweeps(over_seeds(runs), runs)


@pytest.fixture
def draw(search_results, results_of):
    """Draws the figure of a name."""
    rates, = sweeps_of(results_of, {"learning_rate": [10.0**-place for place in range(8)]})
    grid, = sweeps_of(results_of, {"batch_size": range(100, 110), "schedule": [f"a_long_one({n})" for n in range(10)]})
    figures = {
        "comparison": lambda: comparison_figure(search_results, 0.1, narrow=True),
        "chance": lambda: comparison_figure(search_results, search_results["accuracy"].mean(), narrow=True),
        "trade-off": lambda: tradeoff_figure(search_results, narrow=True),
        "scores": lambda: score_figure({f"conv5invto128_dense1_extraepochs_{number}": [HISTORY]
                                        for number in range(9)}, narrow=True),
        "curves": lambda: curves_figure(HISTORY, narrow=True),
        "calibration": lambda: calibration_figure(PREDICTIONS, PREDICTIONS, narrow=True),
        "classes": lambda: class_figure(OVERVIEW, narrow=True),
        "sizes": lambda: size_figure(OVERVIEW, narrow=True),
        "corruptions": lambda: robustness_figure(ANSWERS, 0.1, narrow=True),
        "map": lambda: pairs_map(PREDICTIONS),
        "ladder": lambda: ladder_figure(search_results.head(9), [None] * 9, narrow=True),
        "published": lambda: published_figure(
            search_results.assign(published_accuracy=search_results["accuracy"] + 0.1, network="conv(8) | gap"), 4808,
            narrow=True),
        "line": lambda: sweep_figure(rates, narrow=True),
        "heat map": lambda: sweep_figure(grid, narrow=True),
    }
    return lambda name: figures[name]()


@pytest.mark.parametrize("name", ["comparison", "chance", "trade-off", "scores", "curves", "calibration", "classes",
                                  "sizes", "corruptions", "map", "ladder", "published", "line", "heat map"])
def test_letters_are_large_enough_and_inside(draw, name):
    fig = draw(name)
    # The page shows the title as text.
    fig.suptitle("")
    fig.draw_without_rendering()
    texts = [text for text in fig.findobj(Text) if text.get_text() and text.get_visible()]
    assert fig.get_figwidth() == NARROW and len(texts) > 4
    assert min(text.get_fontsize() for text in texts) >= SMALLEST
    box = fig.get_tightbbox()
    assert box.x0 >= -0.02 and box.x1 <= NARROW + 0.02
