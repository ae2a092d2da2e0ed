import pandas as pd
import pytest

from auxiliary.data.splitting.split import split
from auxiliary.reporting.split_tables import split_sentence, split_shares, split_table

FRACTIONS = (0.7, 0.2, 0.1)


def test_split_table_has_totals():
    train, val, test = (pd.DataFrame({"category": list(letters)}) for letters in ("aab", "b", "ab"))
    table = split_table(train, val, test)
    assert list(table.columns) == ["train", "val", "test", "total"]
    assert table.to_numpy().tolist() == [[2, 0, 1, 3], [1, 1, 1, 3], [3, 1, 2, 6]]
    assert list(table.index) == ["a", "b", "total"]


def test_classes_are_in_the_order_in_which_people_count():
    train, val, test = (pd.DataFrame({"category": ["c10", "c2", "c1"]}) for _ in range(3))
    assert list(split_table(train, val, test).index) == ["c1", "c2", "c10", "total"]


def splits_of(groups: dict[str, list[int]], by: str = "group") -> tuple[pd.DataFrame, ...]:
    """Divide classes of groups of these sizes: `{"cat": [90, *[1] * 10]}`."""
    rows = [(f"{category}{number}", category) for category, sizes in groups.items()
            for number, size in enumerate(sizes) for _ in range(size)]
    return split(pd.DataFrame(rows, columns=["group", "category"]), FRACTIONS, by=by)


@pytest.mark.parametrize("by", ["group", "seed"])
@pytest.mark.parametrize("size", [12, 13, 15, 17, 200])
def test_a_class_that_is_off_by_rounding_only_counts_as_exact(size, by):
    splits = splits_of({"cat": [1] * size, "dog": [1] * size}, by)
    assert split_shares(*splits, FRACTIONS).empty
    assert split_sentence(*splits, FRACTIONS) == (
        "Every class is within one percentage point, or one image, of 0.7 / 0.2 / 0.1.")


def test_classes_that_are_off_are_named_with_the_reason():
    splits = splits_of({"cat": [90, *[1] * 10], "dog": [1] * 100, "eel": [75, *[1] * 25]})
    assert split_shares(*splits, FRACTIONS).round(2).to_dict("index") == {
        "cat": {"train": 0.9, "val": 0.07, "test": 0.03}, "eel": {"train": 0.75, "val": 0.17, "test": 0.08}}
    assert split_sentence(*splits, FRACTIONS) == (
        "2 classes are more than one percentage point off 0.7 / 0.2 / 0.1 (cat by 20.0, eel by 5.0): "
        "they have too many near-duplicates, which stay together.")


def test_a_long_list_of_classes_is_cut_and_has_no_reason_if_duplicates_are_not_kept_together():
    splits = splits_of({"cat": [1] * 100, "dog": [1] * 100, "eel": [1] * 100, "fox": [2] * 50}, by="seed")
    train, val, test = splits
    moved = train.groupby("category").head(5)
    sentence = split_sentence(train.drop(moved.index), pd.concat([val, moved]), test, FRACTIONS)
    assert sentence == ("4 classes are more than one percentage point off 0.7 / 0.2 / 0.1 "
                        "(cat by 5.0, dog by 5.0, eel by 5.0 and 1 more).")


def test_with_a_fixed_test_set_the_shares_are_of_the_other_images():
    train, val = (pd.DataFrame({"category": ["cat"] * count, "publisher_split": "train"}) for count in (80, 20))
    test = pd.DataFrame({"category": ["cat"] * 5, "publisher_split": "test"})
    assert split_shares(train, val, test, FRACTIONS).empty
    assert split_sentence(train, val, test, FRACTIONS).endswith("of 0.8 / 0.2 of the images outside the test set.")
    assert split_shares(train.head(60), val, test, FRACTIONS).to_dict("index") == {"cat": {"train": 0.75, "val": 0.25}}


def test_with_a_fixed_validation_set_the_shares_are_of_the_other_images():
    train, test = (pd.DataFrame({"category": ["cat"] * count, "publisher_split": "train"}) for count in (90, 10))
    val = pd.DataFrame({"category": ["cat"] * 5, "publisher_split": "val"})
    assert split_shares(train, val, test, FRACTIONS).empty
    assert split_sentence(train, val, test, FRACTIONS).endswith("0.9 / 0.1 of the images outside the validation set.")
    assert split_shares(train.head(30), val, test, FRACTIONS).to_dict("index") == {
        "cat": {"train": 0.75, "test": 0.25}}


def test_of_the_publishers_own_split_no_share_is_asked_for():
    splits = [pd.DataFrame({"category": ["cat"] * count + ["dog"], "publisher_split": name})
              for count, name in ((5, "train"), (7, "val"), (1, "test"))]
    assert split_shares(*splits, FRACTIONS).empty
    assert split_sentence(*splits, FRACTIONS).startswith("The training, validation and test set are the publisher's")
