import pandas as pd
import pytest

from auxiliary.reporting.twin_tables import group_sentence, groups_of_several, label_conflicts, twin_table


@pytest.fixture
def clean() -> pd.DataFrame:
    """A group of three, two of which are identical; a group of two identical pictures; a picture without a twin."""
    files = ["cat/a.jpg", "cat/b.png", "dog/a.jpg", "eel/x.jpg", "cat/x.jpg", "eel/y.jpg"]
    return pd.DataFrame({
        "filepath": [f"/data/processed/{file}.jpg" for file in files],
        "category": [file.split("/")[0] for file in files],
        "content": ["A", "B", "A", "X", "X", "Y"],
        "group": [0, 0, 0, 7, 7, 9],
    })


def test_groups_of_several_pictures(clean):
    assert groups_of_several(clean).to_dict("index") == {
        0: {"pictures": 3, "differ": True}, 7: {"pictures": 2, "differ": False}}


def test_groups_in_a_sentence(clean):
    assert group_sentence(clean) == ("5 of 6 pictures (83.3%) have a twin: 1 group of identical pictures and 1 of "
                                     "nearly the same, the largest of 3.")
    assert group_sentence(clean[5:]) == "None of 1 picture has a twin."


def test_twins_in_the_training_set_are_counted(clean):
    train, val, test = clean.iloc[[0, 3]], clean.iloc[[1, 2, 4]], clean.iloc[[5]]
    assert twin_table(train, val, test).to_dict("index") == {
        "val": {"pictures": 3, "same in train": 2, "same in train, share": 0.667,
                "same or nearly the same in train": 3, "same or nearly the same in train, share": 1.0},
        "test": {"pictures": 1, "same in train": 0, "same in train, share": 0.0,
                 "same or nearly the same in train": 0, "same or nearly the same in train, share": 0.0}}


def test_identical_pictures_of_several_categories_are_listed_file_by_file(clean):
    assert label_conflicts(clean).to_numpy().tolist() == [
        [1, "cat", "cat/a.jpg"], [1, "dog", "dog/a.jpg"], [2, "cat", "cat/x.jpg"], [2, "eel", "eel/x.jpg"]]
    # The picture b differs from a: its category may be another.
    assert list(label_conflicts(clean[1:3]).columns) == ["picture", "category", "file"]
    assert label_conflicts(clean[1:3]).empty
