from itertools import combinations

import pytest
from matplotlib.text import Text

from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.tradeoff_figure import tradeoff_figure


def test_tradeoff_labels_do_not_overlap(results):
    fig = tradeoff_figure(results)
    fig.draw_without_rendering()
    # An annotation's own extent holds its leader line too.
    boxes = [Text.get_window_extent(text) for text in fig.axes[0].texts]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_tradeoff_title_has_the_training_times(results):
    assert tradeoff_figure(results).get_suptitle() == (
        "Accuracy and size of 3 runs on demo; area: own training time (0 s to 2.0 h)")
    unknown = results.assign(train_seconds=float("nan"))
    assert tradeoff_figure(unknown).get_suptitle().endswith("training time (unknown)")


def names_of(fig) -> list[Text]:
    fig.draw_without_rendering()
    return fig.axes[0].texts


@pytest.mark.parametrize("narrow", [False, True])
def test_of_many_experiments_some_are_named_apart_from_each_other(search_results, narrow):
    fig = tradeoff_figure(search_results, narrow)
    boxes = [Text.get_window_extent(text) for text in names_of(fig)]
    assert 4 <= len(boxes) <= 14
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert max(box.x1 for box in boxes) <= fig.bbox.x1
    assert fig.get_figheight() <= 6


def test_the_front_and_the_best_of_each_backbone_are_named(search_results):
    named = {text.get_text() for text in names_of(tradeoff_figure(search_results))}
    front = [row["key"] for _, row in search_results.iterrows() if not (
        (search_results["parameters"] <= row["parameters"]) & (search_results["accuracy"] > row["accuracy"])).any()]
    best = search_results.sort_values("val_accuracy", ascending=False).drop_duplicates("backbone")["key"]
    assert named == {*front, *best}


def test_on_a_phone_the_names_are_the_ranks_of_the_leaderboard(results):
    board = leaderboard(results)
    accuracies = results.set_index("key")["accuracy"].sort_values(ascending=False)
    ranks = [str(board.index[board["key"] == key][0]) for key in accuracies.index]
    assert [text.get_text() for text in names_of(tradeoff_figure(results, narrow=True))] == ranks


def test_the_legend_covers_no_marker(search_results):
    fig = tradeoff_figure(search_results)
    fig.draw_without_rendering()
    assert not fig.legends[0].get_window_extent().overlaps(fig.axes[0].get_window_extent())
