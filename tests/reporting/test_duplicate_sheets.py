import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from auxiliary.reporting.duplicate_sheets import duplicate_sheet, largest_group_sheet
from auxiliary.reporting.style import VERMILLION

NAMES = ["cat", "dog", "$cash_1^2$"]    # one of them with characters of markup


@pytest.fixture
def clean(tmp_path) -> pd.DataFrame:
    """A group of 14 images (two of them identical), two of identical pairs, and an image without a near-duplicate."""
    rows = [("cat", 0, f"c{max(number, 1)}") for number in range(14)]
    rows += [("dog", 1, "d"), ("$cash_1^2$", 1, "d"), ("dog", 2, "e"), ("dog", 2, "e"), ("dog", 3, "f")]
    clean = pd.DataFrame(rows, columns=["category", "group", "content_hash"])
    clean["filepath"] = [str(tmp_path / f"{number}.jpeg.png") for number in range(len(clean))]
    clean["original"] = [f"a/{number}.jpeg" for number in range(len(clean))]
    for path in clean["filepath"]:
        Image.new("RGB", (8, 8), "red").save(path)
    return clean


def shown(fig) -> list[list[str]]:
    """The names of the images in each line."""
    lines = {}
    for axes in fig.axes:
        if axes.images:
            lines.setdefault(axes.get_subplotspec().rowspan.start, []).append(axes.get_xlabel())
    return list(lines.values())


def labels(fig) -> list[str]:
    return sorted(axes.get_ylabel() for axes in fig.axes if axes.get_ylabel())


def test_one_line_per_group_differing_ones_first_and_copies_last(clean):
    fig = duplicate_sheet(clean, groups=2, most=13)
    lines = shown(fig)
    # Its second image is identical to its first.
    assert lines[0] == [f"a/{number}.jpeg" for number in range(14) if number != 1]
    assert lines[1] in (["a/14.jpeg", "a/15.jpeg"], ["a/16.jpeg", "a/17.jpeg"])
    assert fig.get_suptitle() == ("1 group of nearly identical images, 1 of 2 groups of identical images, "
                                  "chosen at random")


def test_all_groups_are_shown_if_there_are_few(clean):
    fig = duplicate_sheet(clean)
    fig.draw_without_rendering()
    assert [len(line) for line in shown(fig)] == [6, 2, 2]
    assert fig.get_suptitle() == "1 group of nearly identical images, 2 groups of identical images"
    assert labels(fig) == ["14 images", "2 images", "2 images\n2 classes"]


def test_the_same_seed_shows_the_same_groups(clean):
    pairs = clean[14:]
    first, again, *others = (shown(duplicate_sheet(pairs, groups=1, random_state=seed)) for seed in (0, 0, 1, 2, 3))
    assert first == again
    assert any(other != first for other in others)


def test_categories_that_differ_are_red(clean):
    fig = duplicate_sheet(clean[14:])
    titles = [(text.get_text(), text.get_color()) for text in fig.findobj(Text) if text.get_text() in NAMES]
    assert sorted(titles) == sorted([
        ("dog", VERMILLION), ("$cash_1^2$", VERMILLION), ("dog", "black"), ("dog", "black")])
    assert labels(fig) == ["2 images", "2 images\n2 classes"]


def test_the_title_of_the_largest_group_has_its_size(clean):
    fig = largest_group_sheet(clean)
    assert [len(line) for line in shown(fig)] == [6, 6]
    assert fig.get_suptitle() == "The largest group of near-duplicates: 12 of its 14 images"
    assert largest_group_sheet(clean[14:]).get_suptitle() == "The largest group of near-duplicates: its 2 images"


@pytest.mark.parametrize("sheet", [duplicate_sheet, largest_group_sheet])
def test_no_duplicates(sheet, clean):
    fig = sheet(clean.tail(1))
    assert shown(fig) == []
    assert fig.get_suptitle() == "No image has a near-duplicate"
