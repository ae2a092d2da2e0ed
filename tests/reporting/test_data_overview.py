from pathlib import Path

import pandas as pd
import pytest

from auxiliary.reporting.data_overview import (
    class_counts,
    class_figure,
    example_sheet,
    format_table,
    problem_table,
    readable,
    size_figure,
    size_tables,
)


def labels(ticks):
    return [label.get_text() for label in ticks]


def test_class_figure_has_the_largest_class_on_top(overview):
    fig = class_figure(overview)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    assert labels(axes.get_yticklabels()) == ["$cash_1^2$", "a_class_name_of_thirty_letters"]
    assert axes.yaxis_inverted()
    assert fig.get_suptitle() == "3 images in 2 classes, 1 to 2 in each"


def test_classes_with_the_same_short_name_have_their_own_bars(overview):
    names = [f"{'a' * 40}{number}{'b' * 40}" for number in range(3)]
    fig = class_figure(overview.head(3).assign(category=names))
    assert [bar.get_width() for bar in fig.axes[0].patches] == [1, 1, 1]
    assert labels(fig.axes[0].get_yticklabels()) == ["(class 0)", "(class 1)", "(class 2)"]
    assert list(fig.stand_ins.values()) == names


def test_a_class_that_cannot_be_drawn_is_its_label(overview):
    broken = overview.tail(1).assign(category="\u0379")
    table = pd.concat([overview.replace({"category": {"$cash_1^2$": "\u0378"}}), broken])
    fig = class_figure(table)
    # In the order of names it is the second, and the class of broken files only has no label.
    assert labels(fig.axes[0].get_yticklabels()) == ["(class 1)", "a_class_name_of_thirty_letters", "(class 2)"]
    assert fig.stand_ins == {"(class 1)": "\u0378", "(class 2)": "\u0379"}


def test_classes_are_in_the_order_in_which_people_count(overview):
    table = overview.head(3).assign(category=["c10", "c2", "c1"])
    assert labels(example_sheet(table).axes[0].get_yticklabels()) == ["c1", "c2", "c10"]
    assert class_counts(table).index.to_list() == ["c1", "c2", "c10"]


@pytest.mark.parametrize(("rows", "title"), [
    (slice(0, 1), "1 image, all of 28 × 28 pixels"),
    (slice(None), "3 images of 2 sizes, most often 28 × 28 pixels\n"
                  "(2 images); area of a dot: images of that size"),
])
def test_size_figure_names_the_most_common_size(rows, title, overview):
    fig = size_figure(overview[rows])
    fig.draw_without_rendering()
    assert fig.get_suptitle() == title


def test_example_sheet_has_one_row_per_class(overview):
    fig = example_sheet(readable(overview), per_class=2, random_state=1)
    fig.draw_without_rendering()
    axes = fig.axes[0]
    assert labels(axes.get_yticklabels()) == ["$cash_1^2$", "a_class_name_of_thirty_letters"]
    height, width, _ = axes.images[0].get_array().shape
    assert height == width


def test_class_counts_leave_out_broken_files_but_no_class(overview):
    broken_class = overview.tail(1).assign(category="all broken")
    counts = class_counts(pd.concat([overview, broken_class]))
    assert counts.to_dict() == {"$cash_1^2$": 2, "a_class_name_of_thirty_letters": 1, "all broken": 0}


def test_format_table(overview):
    assert format_table(overview)["images"].to_dict() == {("jpg", 1): 1, ("png", 3): 2}


def test_size_tables_list_the_most_common(overview):
    table = size_tables(overview, most=1)
    assert table["images"].to_dict() == {("width", 2, 28): 2, ("height", 2, 28): 2}


def test_problem_table_counts_and_gives_an_example(overview):
    raw = Path("raw-img")
    assert problem_table(overview, raw).to_dict("index") == {"truncated": {"files": 1, "example": "cats/b.jpg"}}
    assert problem_table(overview.head(2), raw).empty
