from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text

from auxiliary.reporting.published_figure import published_figure
from auxiliary.reporting.published_rows import amounts, far_off, published_rows
from auxiliary.runs.seeds import over_seeds

NET = "conv(8) | pool | conv(8) | pool | conv(8) | gap | dropout(0.5)"
# Published accuracy, measured accuracy: both orders differ in one pair.
ACCURACIES = ((0.5, 0.48), (0.6, 0.52), (0.7, 0.69), (0.8, 0.68))


@pytest.fixture
def table(results_of):
    """Makes rows of some pairs of accuracies, and a backbone that was trained and one that was not."""
    def make(pairs=ACCURACIES):
        rows = [{"key": f"conv3_{place}", "network": NET, "backbone": "", "published_accuracy": published,
                 "accuracy": here, "accuracy_low": here - 0.03, "accuracy_high": here + 0.04}
                for place, (published, here) in enumerate(pairs)]
        backbone = {"stage": "transfer", "backbone": "MobileNetV2", "accuracy": 0.95, "accuracy_low": 0.93,
                    "accuracy_high": 0.97, "published_accuracy": 0.96}
        return over_seeds(results_of(
            *rows, backbone | {"key": "tuned"}, {"key": "own", "accuracy": 0.9},
            backbone | {"key": "random", "trainable_parameters": 0, "epochs_total": 0, "accuracy": 0.14,
                        "published_accuracy": 0.08}))

    return make


def points(axes) -> list[tuple[float, float]]:
    return sorted((float(x), float(y)) for line in axes.lines if line.get_marker() != "None"
                  for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_each_experiment_is_a_point_with_its_interval(table):
    left, right = published_figure(table(), 1000).axes
    assert np.array(points(left)) == pytest.approx(np.array(ACCURACIES))
    assert points(right) == [pytest.approx((0.96, 0.95))]
    bars = [segment[:, 1] for lines in left.collections for segment in lines.get_segments()]
    ends = sorted((here - 0.03, here + 0.04) for _, here in ACCURACIES)
    assert np.sort(bars, axis=0) == pytest.approx(np.array(ends))


def test_the_diagonal_is_where_both_are_the_same(table):
    line = published_figure(table(), 1000).axes[0].lines[0]
    assert (line.get_xy1(), line.get_slope(), line.get_linestyle()) == ((0, 0), 1, "--")


def test_the_text_has_the_amounts_and_the_rank_correlation(table):
    fig = published_figure(table(), 1000)
    assert fig.get_suptitle() == (
        "Published and measured test accuracy on demo, with 95% intervals;\n"
        "published: 10,000 images, 10 classes; here: 1,000 images, 100 classes;\n"
        "not drawn, because nothing is trained: random (published 0.080, here 0.140)")
    assert fig.axes[0].get_title(loc="left") == (
        "from scratch: 4 experiments\nrank correlation: rho 0.80, tau 0.67")
    assert fig.axes[1].get_title(loc="left") == "pre-trained: 1 experiment"


def test_of_an_own_data_set_nothing_is_known_of_the_published_images():
    assert amounts("my-cats", 1, 2) == "here: 1 image, 2 classes"


def test_rows_far_off_are_named(table):
    fig = published_figure(table(), 1000)
    assert [text.get_text() for text in fig.axes[0].texts] == ["conv3_3", "conv3_1"]
    assert fig.axes[0].get_xlabel().endswith("named: more than 0.05 from the line")
    assert not fig.axes[1].texts
    assert far_off(published_rows(table()))["key"].tolist() == ["conv3_3", "conv3_1", "random"]


@pytest.mark.parametrize("narrow", [False, True])
def test_of_many_the_furthest_are_named_apart_from_each_other(table, narrow):
    many = table([(0.6 + place / 1000, 0.5 - place / 100) for place in range(27)])
    fig = published_figure(many, 1000, narrow)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    boxes = [Text.get_window_extent(text) for text in axes.texts]
    assert len(boxes) == 8 and not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert max(box.x1 for box in boxes) <= fig.bbox.x1
    names = axes.get_xlabel().splitlines()[2:] if narrow else [text.get_text() for text in axes.texts]
    assert {name.split()[-1] for name in names} == {f"conv3_{place}" for place in range(19, 27)}


def test_seeds_have_the_interval_of_their_test_images(table, seeds):
    rows = published_rows(over_seeds(seeds(0.50, 0.52, published_accuracy=0.6, test_images=100, backbone="")))
    low, high = rows[["accuracy_low", "accuracy_high"]].iloc[0]
    # The 95% Wilson interval of 51 of 100.
    assert (low, high) == (pytest.approx(0.4135, abs=1e-4), pytest.approx(0.6058, abs=1e-4))


def test_names_that_cannot_be_drawn_are_numbers(table):
    odd = table().replace({"key": {"conv3_3": "\u0378"}})
    assert published_figure(odd, 1000).stand_ins == {"(row 1)": "\u0378"}


def test_families_are_told_apart_by_colour_and_marker(table):
    handles = published_figure(table(), 1000).legends[0].legend_handles
    assert [handle.get_label() for handle in handles] == ["3 convolutions", "MobileNetV2", "as published"]
    assert len({handle.get_color() for handle in handles}) == len({handle.get_marker() for handle in handles}) == 3
