
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from auxiliary.reporting.duplicates import (
    duplicate_sheet,
    duplicate_table,
    group_sentence,
    groups_of_several,
    label_conflicts,
    largest_group_sheet,
)
from auxiliary.reporting.style import VERMILLION

NAMES = ["cat", "dog", "$cash_1^2$"]    # one of them with what markup could trip over


@pytest.fixture
def clean(tmp_path) -> pd.DataFrame:
    """A group of 14 images (two of them identical), two of identical pairs, and an image without a near-duplicate."""
    rows = [("cat", 0, f"c{max(number, 1)}") for number in range(14)]
    rows += [("dog", 1, "d"), ("$cash_1^2$", 1, "d"), ("dog", 2, "e"), ("dog", 2, "e"), ("dog", 3, "f")]
    clean = pd.DataFrame(rows, columns=["category", "group", "content_hash"])
    clean["filepath"] = [str(tmp_path / f"{number}.jpeg.png") for number in range(len(clean))]
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


def test_a_line_a_group_those_that_differ_first_and_copies_last(clean):
    fig = duplicate_sheet(clean, groups=2, most=13)
    lines = shown(fig)
    # Its second image is the same as its first.
    assert lines[0] == [f"{number}.jpeg" for number in range(14) if number != 1]
    assert lines[1] in (["14.jpeg", "15.jpeg"], ["16.jpeg", "17.jpeg"])
    assert fig.get_suptitle() == ("1 group of nearly the same images, 1 of 2 groups of identical images, "
                                  "chosen at random")


def test_all_groups_are_shown_where_there_are_few(clean):
    fig = duplicate_sheet(clean)
    fig.draw_without_rendering()
    assert [len(line) for line in shown(fig)] == [6, 2, 2]
    assert fig.get_suptitle() == "1 group of nearly the same images, 2 groups of identical images"
    assert labels(fig) == ["14 images", "2 images", "2 images\n2 classes"]


def test_the_same_seed_shows_the_same_groups(clean):
    pairs = clean[14:]
    first, again, *others = (shown(duplicate_sheet(pairs, groups=1, random_state=seed)) for seed in (0, 0, 1, 2, 3))
    assert first == again
    assert any(other != first for other in others)


def test_categories_that_differ_stand_out(clean):
    fig = duplicate_sheet(clean[14:])
    titles = [(text.get_text(), text.get_color()) for text in fig.findobj(Text) if text.get_text() in NAMES]
    assert sorted(titles) == sorted([
        ("dog", VERMILLION), ("$cash_1^2$", VERMILLION), ("dog", "black"), ("dog", "black")])
    assert labels(fig) == ["2 images", "2 images\n2 classes"]


def test_the_largest_group_says_how_many_it_holds(clean):
    fig = largest_group_sheet(clean)
    assert [len(line) for line in shown(fig)] == [6, 6]
    assert fig.get_suptitle() == "The largest group of twins: 12 of its 14 images"
    assert largest_group_sheet(clean[14:]).get_suptitle() == "The largest group of twins: its 2 images"


@pytest.mark.parametrize("sheet", [duplicate_sheet, largest_group_sheet])
def test_no_duplicates(sheet, clean):
    fig = sheet(clean.tail(1))
    assert shown(fig) == []
    assert fig.get_suptitle() == "No image has a near-duplicate"


@pytest.fixture
def clean_table_of_pairs() -> pd.DataFrame:
    """A group of three, two of them identical; a group of two identical images; an image without a duplicate."""
    files = ["cat/a.jpg", "cat/b.png", "dog/a.jpg", "eel/x.jpg", "cat/x.jpg", "eel/y.jpg"]
    return pd.DataFrame({
        "filepath": [f"/data/processed/{file}.jpg" for file in files],
        "category": [file.split("/")[0] for file in files],
        "content_hash": ["A", "B", "A", "X", "X", "Y"],
        "group": [0, 0, 0, 7, 7, 9],
    })


def test_groups_of_several_images(clean_table_of_pairs):
    assert groups_of_several(clean_table_of_pairs).to_dict("index") == {
        0: {"images": 3, "differ": True}, 7: {"images": 2, "differ": False}}


def test_groups_in_a_sentence(clean_table_of_pairs):
    assert group_sentence(clean_table_of_pairs) == (
        "5 of 6 images (83.3%) have a near-duplicate: 1 group of identical images and 1 of "
        "nearly the same, the largest of 3."
    )
    assert group_sentence(clean_table_of_pairs[5:]) == "None of 1 image has a near-duplicate."


def test_duplicates_in_the_training_set_are_counted(clean_table_of_pairs):
    train, val, test = (
        clean_table_of_pairs.iloc[[0, 3]],
        clean_table_of_pairs.iloc[[1, 2, 4]],
        clean_table_of_pairs.iloc[[5]],
    )
    assert duplicate_table(train, val, test).to_dict("index") == {
        "val": {"images": 3, "same in train": 2, "same in train, share": 0.667,
                "same or nearly the same in train": 3, "same or nearly the same in train, share": 1.0},
        "test": {"images": 1, "same in train": 0, "same in train, share": 0.0,
                 "same or nearly the same in train": 0, "same or nearly the same in train, share": 0.0}}


def test_identical_images_of_several_categories_are_listed_file_by_file(clean_table_of_pairs):
    assert label_conflicts(clean_table_of_pairs).to_numpy().tolist() == [
        [1, "cat", "cat/a.jpg"], [1, "dog", "dog/a.jpg"], [2, "cat", "cat/x.jpg"], [2, "eel", "eel/x.jpg"]]
    # The image b differs from a: its category may be another.
    assert list(label_conflicts(clean_table_of_pairs[1:3]).columns) == ["image", "category", "file"]
    assert label_conflicts(clean_table_of_pairs[1:3]).empty
