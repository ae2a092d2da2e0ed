import pytest

from auxiliary.reporting.data_figures import class_figure, example_sheet, size_figure
from auxiliary.reporting.data_tables import readable


def labels(ticks):
    return [label.get_text() for label in ticks]


def test_class_figure_has_the_largest_class_on_top(overview):
    fig = class_figure(overview)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    assert labels(axes.get_yticklabels()) == ["$cash_1^2$", "a_class_name_of_thirty_letters"]
    assert axes.yaxis_inverted()
    assert fig.get_suptitle() == "3 pictures in 2 classes, 1 to 2 in each"


@pytest.mark.parametrize(("rows", "title"), [
    (slice(0, 1), "1 picture, all of 28 × 28 pixels"),
    (slice(None), "3 pictures of 2 sizes, most often 28 × 28 pixels\n"
                  "(2 pictures); area of a dot: pictures of that size"),
])
def test_size_figure_says_the_commonest_size(rows, title, overview):
    fig = size_figure(overview[rows])
    fig.draw_without_rendering()
    assert fig.get_suptitle() == title


def test_example_sheet_has_a_row_a_class(overview):
    fig = example_sheet(readable(overview), per_class=2, random_state=1)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    assert labels(axes.get_yticklabels()) == ["$cash_1^2$", "a_class_name_of_thirty_letters"]
    height, width, _ = axes.images[0].get_array().shape
    assert height == width
