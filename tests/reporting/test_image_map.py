"""What is shown of the map of the images."""

import numpy as np
import pandas as pd
import pytest

from auxiliary.reporting.image_map import (
    COLOURS,
    NO_MAP,
    class_centres,
    class_colours,
    image_map_figure,
    map_sentences,
    map_title,
)
from auxiliary.reporting.style import GREY


@pytest.fixture
def table() -> pd.DataFrame:
    """Twenty images of each of eight classes; class 7 is mistaken for class 3, and the last label is suspect."""
    draws, label = np.random.default_rng(0), np.repeat(np.arange(8), 20)
    names = np.array([f"class {number}" for number in range(8)])
    wrong = np.isin(np.arange(160), [140, 141])
    return pd.DataFrame({
        "experiment": "frozen", "original": "a.jpg", "category": names[label],
        "predicted": np.where(wrong, names[3], names[label]), "confidence": 0.9,
        "suggested": [""] * 159 + ["class 0"], "split": "test", "x": draws.uniform(size=160),
        "y": draws.uniform(size=160), "filepath": "a"})


def test_the_classes_that_are_confused_most_have_a_colour(table):
    colours = class_colours(table)
    assert list(colours) == [f"class {number}" for number in (0, 1, 2, 3, 4, 7)]
    assert list(colours.values()) == COLOURS


def test_the_names_of_many_classes_are_those_with_a_colour(table):
    assert len(class_centres(table)) == 8
    many = pd.concat([table, *(table.head(1).assign(category=f"x{number}", predicted=f"x{number}")
                               for number in range(9))])
    assert list(class_centres(many).index) == list(class_colours(many))


def test_a_centre_is_the_middle_of_the_correct_images(table):
    right = table[(table["category"] == "class 7") & (table["predicted"] == "class 7")]
    assert class_centres(table).loc["class 7"].to_list() == [right["x"].median(), right["y"].median()]


def test_the_words_say_what_is_shown(table):
    assert map_title(table) == "160 validation and test images: 2 mistakes, 1 suspect label"
    assert "Shown are 160 of 2,000" in map_sentences(table, 2000) and "Shown" not in map_sentences(table, 160)
    assert "Of 8 classes the 6 that are confused most often have a colour." in map_sentences(table, 160)
    assert "have a colour" not in map_sentences(table[table["category"] < "class 6"], 160)


def test_the_figure_has_every_image_and_mark(table):
    fig = image_map_figure(table)
    correct, wrong, suspects = (each.get_offsets() for each in fig.axes[0].collections)
    assert (len(correct), len(wrong), len(suspects)) == (158, 2, 1)
    np.testing.assert_allclose(suspects[0], table[["x", "y"]].iloc[159])
    handles = fig.legends[0].get_lines()
    assert [each.get_label() for each in handles[-3:]] == ["other classes", "mistake", "suspect label"]
    assert handles[-3].get_color() == GREY
    assert fig.get_suptitle() == map_title(table)


def test_an_empty_map_is_a_title():
    assert image_map_figure(pd.DataFrame()).get_suptitle() == NO_MAP
