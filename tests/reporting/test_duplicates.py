import pandas as pd
import pytest

from auxiliary.reporting.duplicates import duplicate_table, group_sentence, groups_of_several, label_conflicts


@pytest.fixture
def clean() -> pd.DataFrame:
    """A group of three, two of them identical; a group of two identical images; an image without a duplicate."""
    files = ["cat/a.jpg", "cat/b.png", "dog/a.jpg", "eel/x.jpg", "cat/x.jpg", "eel/y.jpg"]
    return pd.DataFrame({
        "filepath": [f"/data/processed/{file}.jpg" for file in files],
        "original": files,
        "category": [file.split("/")[0] for file in files],
        "content_hash": ["A", "B", "A", "X", "X", "Y"],
        "group": [0, 0, 0, 7, 7, 9],
    })


def test_groups_of_several_images(clean):
    assert groups_of_several(clean).to_dict("index") == {
        0: {"images": 3, "differ": True}, 7: {"images": 2, "differ": False}}


def test_groups_in_a_sentence(clean):
    assert group_sentence(clean) == (
        "5 of 6 images (83.3%) have a near-duplicate: 1 group of identical images and 1 of "
        "nearly identical ones, the largest of 3."
    )
    assert group_sentence(clean[5:]) == "None of 1 image has a near-duplicate."


def test_duplicates_in_the_training_set_are_counted(clean):
    train, val, test = (clean.iloc[[0, 3]], clean.iloc[[1, 2, 4]], clean.iloc[[5]])
    assert duplicate_table(train, val, test).to_dict("index") == {
        "val": {"images": 3, "identical in train": 2, "identical in train, share": 0.667,
                "identical or nearly in train": 3, "identical or nearly in train, share": 1.0},
        "test": {"images": 1, "identical in train": 0, "identical in train, share": 0.0,
                 "identical or nearly in train": 0, "identical or nearly in train, share": 0.0}}


def test_identical_images_of_several_categories_are_listed_file_by_file(clean):
    assert label_conflicts(clean).to_numpy().tolist() == [
        [1, "cat", "cat/a.jpg"], [1, "dog", "dog/a.jpg"], [2, "cat", "cat/x.jpg"], [2, "eel", "eel/x.jpg"]]
    # The image b differs from a: its category may be another.
    assert list(label_conflicts(clean[1:3]).columns) == ["image", "category", "file"]
    assert label_conflicts(clean[1:3]).empty


def test_a_table_without_original_paths_has_their_names(clean):
    assert label_conflicts(clean.drop(columns="original"))["file"].to_list() == ["a.jpg", "a.jpg", "x.jpg", "x.jpg"]
