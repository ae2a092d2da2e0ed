from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.comparison_figures import comparison_figure
from auxiliary.reporting.style import NARROW
from auxiliary.reporting.tradeoff_figure import tradeoff_figure
from auxiliary.runs.seeds import over_seeds


def test_comparison_figure_draws_each_run_with_its_interval_and_chance(results):
    fig = comparison_figure(results, chance=0.1)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["lite0", "cnn_$best$", "cnn_lucky"]
    assert axes.yaxis_inverted()
    low, high = axes.get_xlim()
    assert 0.75 < low < 0.81 and 0.98 < high <= 1
    assert axes.get_xlabel() == "test accuracy, with its 95% interval\nchance, 0.100, lies further to the left"
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["from scratch", "pre-trained"]


def test_chance_is_a_line_where_the_results_are(results):
    fig = comparison_figure(results, chance=0.9)
    assert "chance" not in fig.axes[0].get_xlabel()
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "chance (0.900)", "from scratch", "pre-trained"]


def test_unknown_chance_is_not_drawn(results):
    fig = comparison_figure(results, chance=None)
    assert fig.axes[0].get_xlabel() == "test accuracy, with its 95% interval"
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["from scratch", "pre-trained"]


def test_results_below_chance_have_it_on_the_right(results):
    poor = results.assign(accuracy=0.1, accuracy_low=0.08, accuracy_high=0.12)
    assert comparison_figure(poor, chance=0.5).axes[0].get_xlabel().endswith("chance, 0.500, lies further to the right")
    assert comparison_figure(poor, chance=0.5).axes[0].get_xlim() == pytest.approx((0.07, 0.13))


def test_names_that_cannot_be_drawn_are_the_ranks_of_the_leaderboard(results):
    odd = results.replace({"key": {"cnn_lucky": "\u0378"}, "dataset": {"demo": "\u0378"}})
    rank = leaderboard(odd)["key"].to_list().index("\u0378") + 1
    for fig in (comparison_figure(odd, chance=0.1), tradeoff_figure(odd)):
        assert fig.stand_ins == {f"(rank {rank})": "\u0378", "(data set)": "\u0378"}
        assert "on (data set)" in fig.get_suptitle()


def intervals(fig) -> list[tuple[float, float]]:
    """The ends of each interval drawn, from top to bottom."""
    axes = fig.axes[0]
    drawn = [line for line in axes.lines if line.get_linestyle() == "-" and not np.isnan(line.get_xdata()).all()]
    drawn.sort(key=lambda line: np.nanmean(line.get_ydata()))
    return [(np.nanmin(line.get_xdata()), np.nanmax(line.get_xdata())) for line in drawn]


def test_intervals_and_accuracies_are_those_of_the_results(results):
    fig = comparison_figure(results, chance=0.1)
    best_first = results.sort_values("val_accuracy", ascending=False)
    assert intervals(fig) == [pytest.approx(ends) for ends in
                              zip(best_first["accuracy_low"], best_first["accuracy_high"], strict=True)]
    markers = [x for line in fig.axes[0].lines if line.get_marker() in ("o", "s") for x in line.get_xdata() if x == x]
    assert sorted(markers) == pytest.approx(sorted(results["accuracy"]))


def test_the_stages_differ_in_more_than_colour(results):
    fig = comparison_figure(results, chance=0.1)
    markers = [handle.get_marker() for handle in fig.legends[0].legend_handles]
    assert len(set(markers)) == 2


def test_rows_without_the_drawn_values_are_left_out(results):
    typed = results.assign(stage=["", "scratch", "transfer"], parameters=[1, None, 3])
    assert comparison_figure(typed, 0.1).get_suptitle().startswith("2 runs on demo")
    assert tradeoff_figure(typed).get_suptitle().startswith("Accuracy and size of 1 run on demo")


@pytest.mark.parametrize(("keys", "number"), [(5, 3), (24, 1)])
def test_names_of_many_runs_do_not_overlap(keys, number, seeds):
    rows = [seeds(*[0.7] * number, key=f"conv5invto128_dense1_extraepochs_{key}") for key in range(keys)]
    fig = comparison_figure(pd.concat(rows), chance=0.1)
    fig.draw_without_rendering()
    names = fig.axes[0].get_yticklabels()
    boxes = [name.get_window_extent() for name in names]
    assert len({name.get_text() for name in names}) == keys * number
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert min(box.x0 for box in boxes) >= 0


def test_seeds_together_are_drawn_from_the_lowest_to_the_highest(results, seeds):
    several = pd.concat([seeds(0.70, 0.72, 0.71), seeds(0.70, 0.72, 0.71, key="M1")])
    fig = comparison_figure(over_seeds(several), chance=0.1)
    assert fig.get_suptitle().startswith("2 experiments (6 runs) on demo")
    assert fig.axes[0].get_xlabel().startswith("mean test accuracy of the seeds,\nwith the lowest and highest\n")
    assert intervals(fig) == [pytest.approx((0.70, 0.72))] * 2
    mixed = pd.concat([several, results])
    assert comparison_figure(over_seeds(mixed), chance=0.1).axes[0].get_xlabel().startswith(
        "test accuracy, with its 95% interval,\nor the lowest and highest of the seeds\n")
    assert tradeoff_figure(over_seeds(several)).get_suptitle().startswith("Accuracy and size of 2 experiments (6 runs)")


@pytest.mark.parametrize("draw", [lambda rows: comparison_figure(rows, 0.1), tradeoff_figure])
def test_nothing_to_draw(draw, results):
    with pytest.raises(UserError, match="train an experiment first"):
        draw(results.head(0))


def test_a_row_without_an_interval_is_a_marker_alone(results):
    unknown = results.assign(accuracy_low=[float("nan"), 0.81, 0.958], accuracy_high=[float("nan"), 0.87, 0.98])
    fig = comparison_figure(unknown, chance=0.1)
    fig.draw_without_rendering()
    assert len(intervals(fig)) == 2


@pytest.mark.parametrize("narrow", [False, True])
def test_of_many_experiments_the_best_of_each_kind_are_drawn(search_results, narrow):
    fig = comparison_figure(search_results, chance=0.1, narrow=narrow)
    fig.draw_without_rendering()
    assert len(intervals(fig)) == 24
    assert fig.get_suptitle() == ("45 experiments (135 runs) on demo, best validation accuracy on top;\n"
                                  "the best 12 of each kind")
    assert fig.get_figheight() < 15


def test_on_a_phone_each_name_stands_above_its_interval(search_results):
    fig = comparison_figure(search_results, chance=0.1, narrow=True)
    fig.draw_without_rendering()
    texts = fig.axes[0].texts
    names = [text for text in texts if not text.get_text()[0].isdigit()]
    assert len(names) == 24 and fig.get_figwidth() == NARROW
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert max(box.x1 for box in boxes) <= fig.bbox.x1
