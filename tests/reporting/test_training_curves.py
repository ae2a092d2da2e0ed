from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from auxiliary.reporting.training_curves import curves_figure, score_figure
from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import histories_of


def history(*val_accuracies: float, parent: int = 0) -> pd.DataFrame:
    """The epochs of a run by their validation accuracies, the first ones its parent's."""
    epochs = len(val_accuracies)
    return pd.DataFrame({
        "epoch": [*range(1, parent + 1), *range(1, epochs - parent + 1)], "accuracy": np.linspace(0.3, 0.9, epochs),
        "loss": np.linspace(2, 1, epochs), "val_accuracy": val_accuracies, "val_loss": np.linspace(2, 1.2, epochs),
        "phase": ["parent"] * parent + ["own"] * (epochs - parent)})


@dataclass(frozen=True)
class Drawn:
    legend: list[str]
    lines: list[int]


def drawn(fig) -> Drawn:
    """The texts of the legend, and the number of points of each line of a panel."""
    fig.draw_without_rendering()
    return Drawn([text.get_text() for text in fig.legends[0].get_texts()],
                 [len(line.get_xdata()) for line in fig.axes[1].lines])


def test_one_line_per_experiment_with_a_band_over_seeds_the_best_first():
    fig = score_figure({"M1": [history(0.3, 0.4)], "M3": [history(0.4, 0.7, 0.6), history(0.5, 0.5)]})
    assert drawn(fig) == Drawn(["M3", "M1"], [3, 2])
    assert [axes.get_title(loc="left") for axes in fig.axes] == [
        "training accuracy", "validation accuracy", "training loss (nats, with any l2 penalty)",
        "validation loss (nats, with any l2 penalty)"]
    colours = [line.get_color() for line in fig.axes[1].lines]
    assert colours[0] != colours[1]
    means, band = fig.axes[1].lines[0].get_ydata(), fig.axes[1].collections[0].get_paths()[0].vertices
    assert means.tolist() == pytest.approx([0.45, 0.6, 0.6])
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((0.4, 0.7))
    assert fig.get_suptitle() == (
        "M3 reaches the highest validation accuracy, 0.600 (mean of the best epochs of 2 seeds)")


def test_experiments_with_the_same_validation_accuracy_are_all_the_best():
    same = np.nextafter(0.6, 1)    # as a mean over seeds may give
    for frames, title in (
        ({"a": [history(0.6)], "b": [history(0.5, same)], "c": [history(0.5)]},
         "a and 1 other reach the highest validation accuracy, 0.600 (their best epochs)"),
        ({"c": [history(0.5)], "a": [history(0.7), history(0.5)], "b": [history(0.6)]},
         "a and 1 other reach the highest validation accuracy, 0.600 (their best epochs, mean over seeds)"),
        ({f"e{number}": [history(0.5)] for number in range(9)},
         "e0 and 8 others reach the highest validation accuracy, 0.500 (their best epochs); "
         "the best 8 of 9 experiments"),
    ):
        assert score_figure(frames).get_suptitle().split() == title.split()


def test_the_title_fits_with_a_whole_name():
    name = "cnn_16_32_64_128, sampling large"
    fig = score_figure({name: 3 * [history(0.7, 0.8)]})
    fig.draw_without_rendering()
    assert name in fig.get_suptitle()
    assert fig.texts[0].get_window_extent().x1 <= fig.bbox.x1


def test_epochs_of_a_parent_and_experiments_without_own_epochs_are_left_out():
    fig = score_figure({"tuned": [history(0.9, 0.5, 0.6, parent=1)], "frozen": [history(0.9, parent=1)]})
    assert drawn(fig) == Drawn(["tuned"], [2])
    assert list(fig.axes[0].lines[0].get_xdata()) == [1, 2]
    assert fig.get_suptitle() == "tuned reaches the highest validation accuracy, 0.600 (its best epoch)"


def test_of_many_experiments_the_best_eight_are_shown_in_distinct_lines():
    fig = score_figure({f"row {i}": [history(i / 20, i / 20)] for i in range(11)})
    assert drawn(fig).legend == [f"row {i}" for i in (10, 9, 8, 7, 6, 5, 4, 3)]
    assert len({(line.get_color(), str(line.get_linestyle())) for line in fig.axes[0].lines}) == 8
    assert fig.get_suptitle().endswith(";\nthe best 8 of 11 experiments")


@pytest.mark.parametrize("rows", [1, 5, 8])
def test_the_legend_covers_nothing(rows):
    name = "conv5invto128_dense1_35extraepochs"
    fig = score_figure({f"{i}_{name}": [history(0.1, 0.2)] for i in range(rows)})
    fig.draw_without_rendering()
    legend = fig.legends[0].get_window_extent()
    assert legend.x1 <= fig.bbox.x1
    assert not any(legend.overlaps(axes.get_tightbbox()) for axes in fig.axes)


def test_titles_without_epochs_or_validation():
    assert score_figure({"frozen": [history(0.9, parent=1)]}).get_suptitle() == "No epoch was trained"
    unknown = {"a": [history(np.nan, np.nan)]}
    assert score_figure(unknown).get_suptitle() == "No validation accuracy was measured"


def test_histories_are_grouped_by_experiment(tmp_path):
    usual = {name: {int: 1, float: 0.5}.get(kind, name) for name, kind in COLUMNS.items()}
    runs = []
    for key, seed in [("a", 0), ("b", 0), ("a", 1)]:
        run = Run(tmp_path / f"{key}{seed}")
        run.begin({})
        run.save_history(history(0.1 * seed))
        run.finish(Result(**usual | {"key": key, "stage": "scratch", "diverged": "",
                                       "finished_at": "2025-06-16T12:00:00+00:00"}))
        runs.append(run)
    grouped = histories_of(runs)
    assert list(grouped) == ["a", "b"]
    assert [frame["val_accuracy"].item() for frame in grouped["a"]] == [0, 0.1]


def run_history(parent: int, own: int) -> pd.DataFrame:
    epochs = parent + own
    return pd.DataFrame({"accuracy": np.linspace(0.5, 0.9, epochs), "loss": np.linspace(2, 1, epochs),
                         "val_accuracy": np.linspace(0.4, 0.8, epochs), "val_loss": np.linspace(2, 1, epochs),
                         "phase": ["parent"] * parent + ["own"] * own})


def test_curves_count_the_parents_epochs_and_mark_their_end():
    fig = curves_figure(run_history(parent=3, own=2))
    fig.draw_without_rendering()
    for axes in fig.axes:
        training, validation, end = axes.lines
        assert list(training.get_xdata()) == list(validation.get_xdata()) == [1, 2, 3, 4, 5]
        assert end.get_xdata()[0] == 3.5
    assert fig.get_suptitle() == "Best validation accuracy of the tuning 0.800, in epoch 5 of 5"


@pytest.mark.parametrize(("saved", "more"), [
    (0, ""), (2, ""), (1, ";\nsaved are the weights of epoch 4, with 0.600"),
    (3, ";\nsaved are the weights of epoch 6, with 0.700")])
def test_saved_weights_are_named_where_their_accuracy_is_not_the_best(saved, more):
    history = run_history(parent=3, own=3).assign(val_accuracy=[0.1, 0.9, 0.2, 0.6, 0.8, 0.7])
    assert curves_figure(history, saved=saved).get_suptitle() == (
        f"Best validation accuracy of the tuning 0.800, in epoch 5 of 6{more}")


@pytest.mark.parametrize("epochs", [1, 2, 50])
def test_epochs_are_whole_numbers(epochs):
    fig = curves_figure(run_history(parent=0, own=epochs))
    fig.draw_without_rendering()
    ticks = fig.axes[0].get_xticks()
    assert len(ticks) and (ticks == np.round(ticks)).all()
    assert len(fig.axes[0].lines) == 2


def test_the_title_of_a_run_without_validation():
    fig = curves_figure(run_history(parent=0, own=2).assign(val_accuracy=np.nan))
    assert fig.get_suptitle() == "No validation accuracy in 2 epochs"


def test_a_run_that_diverged_claims_no_best_epoch():
    lost = history(0.9, 0.8).assign(loss=[0.5, np.nan])
    assert curves_figure(lost).get_suptitle() == "Training diverged in epoch 2: the loss was no finite number"
    everything = lost.assign(**dict.fromkeys(["accuracy", "loss", "val_accuracy", "val_loss"], np.nan))
    assert "diverged in epoch 2" in curves_figure(everything).get_suptitle()


def test_a_name_that_cannot_be_drawn_is_a_number():
    fig = score_figure({"M1": [history(0.3)], "\u0378": [history(0.4)]})
    assert drawn(fig).legend == ["(line 1)", "M1"]
    assert fig.get_suptitle().startswith("(line 1) reaches")
    assert fig.stand_ins == {"(line 1)": "\u0378"}
