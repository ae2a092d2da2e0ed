import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from auxiliary.reporting.style import VERMILLION
from auxiliary.reporting.twin_sheet import largest_group_sheet, twin_sheet

NAMES = ["cat", "dog", "$cash_1^2$"]    # one of them with what markup could trip over


@pytest.fixture
def clean(tmp_path) -> pd.DataFrame:
    """A group of 14 pictures (two of them identical), two of identical pairs, and a picture without a twin."""
    rows = [("cat", 0, f"c{max(number, 1)}") for number in range(14)]
    rows += [("dog", 1, "d"), ("$cash_1^2$", 1, "d"), ("dog", 2, "e"), ("dog", 2, "e"), ("dog", 3, "f")]
    clean = pd.DataFrame(rows, columns=["category", "group", "content"])
    clean["filepath"] = [str(tmp_path / f"{number}.jpeg.png") for number in range(len(clean))]
    for path in clean["filepath"]:
        Image.new("RGB", (8, 8), "red").save(path)
    return clean


def shown(fig) -> list[list[str]]:
    """The names of the pictures in each line."""
    lines = {}
    for axes in fig.axes:
        if axes.images:
            lines.setdefault(axes.get_subplotspec().rowspan.start, []).append(axes.get_xlabel())
    return list(lines.values())


def labels(fig) -> list[str]:
    return sorted(axes.get_ylabel() for axes in fig.axes if axes.get_ylabel())


def test_a_line_a_group_those_that_differ_first_and_copies_last(clean):
    fig = twin_sheet(clean, groups=2, most=13)
    lines = shown(fig)
    # Its second picture is the same as its first.
    assert lines[0] == [f"{number}.jpeg" for number in range(14) if number != 1]
    assert lines[1] in (["14.jpeg", "15.jpeg"], ["16.jpeg", "17.jpeg"])
    assert fig.get_suptitle() == ("1 group of nearly the same pictures, 1 of 2 groups of identical pictures, "
                                  "chosen at random")


def test_all_groups_are_shown_where_there_are_few(clean):
    fig = twin_sheet(clean)
    fig.draw_without_rendering()
    assert [len(line) for line in shown(fig)] == [6, 2, 2]
    assert fig.get_suptitle() == "1 group of nearly the same pictures, 2 groups of identical pictures"
    assert labels(fig) == ["14 pictures", "2 pictures", "2 pictures\n2 classes"]


def test_the_same_seed_shows_the_same_groups(clean):
    pairs = clean[14:]
    first, again, *others = (shown(twin_sheet(pairs, groups=1, random_state=seed)) for seed in (0, 0, 1, 2, 3))
    assert first == again
    assert any(other != first for other in others)


def test_categories_that_differ_stand_out(clean):
    fig = twin_sheet(clean[14:])
    titles = [(text.get_text(), text.get_color()) for text in fig.findobj(Text) if text.get_text() in NAMES]
    assert sorted(titles) == sorted([
        ("dog", VERMILLION), ("$cash_1^2$", VERMILLION), ("dog", "black"), ("dog", "black")])
    assert labels(fig) == ["2 pictures", "2 pictures\n2 classes"]


def test_the_largest_group_says_how_many_it_holds(clean):
    fig = largest_group_sheet(clean)
    assert [len(line) for line in shown(fig)] == [6, 6]
    assert fig.get_suptitle() == "The largest group of twins: 12 of its 14 pictures"
    assert largest_group_sheet(clean[14:]).get_suptitle() == "The largest group of twins: its 2 pictures"


@pytest.mark.parametrize("sheet", [twin_sheet, largest_group_sheet])
def test_no_twins(sheet, clean):
    fig = sheet(clean.tail(1))
    assert shown(fig) == []
    assert fig.get_suptitle() == "No picture has a twin"
