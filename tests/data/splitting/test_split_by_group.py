"""Split by group, near-duplicates stay together, and every class keeps its shares wherever that can be."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.splitting.split import split
from auxiliary.data.splitting.split_by_group import apportion

FRACTIONS = st.sampled_from([(0.7, 0.2, 0.1), (0.8, 0.1, 0.1), (0.5, 0.25, 0.25), (1 / 3, 1 / 3, 1 / 3)])


def table(*groups: str, publisher_split: str = "") -> pd.DataFrame:
    """One row per letter, which is its category; each text is a group: `table("aa", "ab", *"aaab")`."""
    rows = [(f"/{publisher_split}{number}/{place}.jpg", letter, number, publisher_split)
            for number, group in enumerate(groups) for place, letter in enumerate(group)]
    return pd.DataFrame(rows, columns=["filepath", "category", "group", "publisher_split"])


def counts(frame: pd.DataFrame) -> dict[str, int]:
    return frame["category"].value_counts().sort_index().to_dict()


def check_whole(splits, clean):
    """Nothing lost or doubled, no group in two splits, every class in every split, rows as they were."""
    pd.testing.assert_frame_equal(
        pd.concat(splits).sort_values("filepath", ignore_index=True), clean.sort_values("filepath", ignore_index=True))
    assert len(set().union(*(rows["group"] for rows in splits))) == sum(rows["group"].nunique() for rows in splits)
    for rows in splits:
        assert set(rows["category"]) == set(clean["category"])
        assert list(rows.index) == list(range(len(rows)))


@settings(max_examples=60)
@given(st.lists(st.text("ab", min_size=2, max_size=9), max_size=25), st.integers(0, 30), st.integers(0, 30), FRACTIONS,
       st.integers(0, 2**32 - 1))
def test_either_refused_or_whole_and_together(groups, a, b, fractions, random_state):
    clean = table(*groups, *"a" * a, *"b" * b).sample(frac=1, random_state=0, ignore_index=True)
    try:
        splits = split(clean, fractions, random_state, by="group")
    except UserError as error:
        # Eleven images without a near-duplicate are one for each split, and more than any other rule needs.
        assert min(a, b) < 11, error
        return
    check_whole(splits, clean)
    for once, again in zip(splits, split(clean, fractions, random_state, by="group"), strict=True):
        pd.testing.assert_frame_equal(once, again)


@settings(max_examples=40)
@given(st.lists(st.text("ab", min_size=2, max_size=6), max_size=40), st.integers(100, 300), st.integers(100, 300),
       FRACTIONS, st.integers(0, 2**32 - 1))
def test_small_groups_leave_every_class_its_shares(groups, a, b, fractions, random_state):
    clean = table(*groups, *"a" * a, *"b" * b)
    splits = split(clean, fractions, random_state, by="group")
    check_whole(splits, clean)
    for letter, size in counts(clean).items():
        for rows, fraction in zip(splits, fractions, strict=True):
            assert abs(counts(rows)[letter] / size - fraction) <= 0.01


@settings(max_examples=40)
@given(st.integers(10, 99), st.integers(10, 99), FRACTIONS)
def test_without_duplicates_no_class_is_a_whole_image_off(a, b, fractions):
    clean = table(*"a" * a, *"b" * b)
    for rows, fraction in zip(split(clean, fractions, by="group"), fractions, strict=True):
        assert abs(counts(rows)["a"] - a * fraction) < 1
        assert abs(counts(rows)["b"] - b * fraction) < 1


def test_splits_keep_the_order_of_the_table():
    clean = table(*"a" * 20, *"b" * 20, "aa", "bb")
    for rows in split(clean, by="group"):
        assert list(rows["group"]) == sorted(rows["group"])


def test_another_seed_draws_others_wherever_the_files_lie():
    clean = table(*["aa"] * 10, *"a" * 50, *"b" * 50)
    first, other = (split(clean, random_state=seed, by="group")[0]["group"] for seed in (1, 2))
    assert list(first) != list(other)
    moved = clean.assign(filepath="/elsewhere" + clean["filepath"], group=clean["group"] + 1000)
    assert list(split(moved, random_state=1, by="group")[0]["group"] - 1000) == list(first)


def test_a_class_of_few_groups_has_one_in_each_split():
    clean = table("aaaa", "aaaa", "aaaa", *"b" * 40)
    assert [counts(rows)["a"] for rows in split(clean, by="group")] == [4, 4, 4]
    assert [counts(rows)["b"] for rows in split(clean, by="group")] == [28, 8, 4]


def test_images_without_a_duplicate_make_up_for_a_large_group():
    clean = table("a" * 60, *"a" * 40, *"b" * 100)
    assert [counts(rows) for rows in split(clean, by="group")] == [
        {"a": 70, "b": 70}, {"a": 20, "b": 20}, {"a": 10, "b": 10}]


def test_a_class_that_is_one_group_is_named_with_the_way_out():
    with pytest.raises(UserError, match=r"no image of a is left for the test set: a single group of near-duplicates "
                                        r"holds 10 of 20 images of a,.*`-p split\.by seed`"):
        split(table("a" * 10, "a" * 10, *"b" * 40), by="group")
    with pytest.raises(UserError, match="too few images to split, 10 per category are needed: a has 9"):
        split(table(*"a" * 9, *"b" * 40), by="group")


def test_a_class_of_few_groups_that_leave_a_gap_is_named_with_the_way_out():
    # Every group is a third of its classes, and none can go to another split without leaving a gap behind.
    clean = table("aaaabbbbccccdddd", "ccccdddd", "aaaabbbbcccc", "aaaabbbbdddd")
    with pytest.raises(UserError, match=r"too few different images of c: .* left for the test set; add images of "
                                        r"it, or say `split: \{by: seed\}`"):
        split(clean, by="group")


def test_a_large_group_that_leaves_no_gap_is_told(capsys):
    split(table("a" * 34, *"a" * 66, "bb", *"b" * 98), by="group")
    assert capsys.readouterr().out.startswith("a single group of near-duplicates holds 34 of 100 images of a, and ")
    split(table("a" * 33, *"a" * 67, "bb", *"b" * 98), by="group")
    assert capsys.readouterr().out == ""


def test_a_publishers_test_set_stays_with_the_duplicates_it_has_in_train(capsys):
    clean = pd.concat(
        [table("aa", "aa", *"a" * 36, *"b" * 40, publisher_split="train"), table("ab", *"ab", publisher_split="test")],
        ignore_index=True,
    )
    train, val, test = split(clean, by="group")
    pd.testing.assert_frame_equal(test, clean[clean["publisher_split"] == "test"].reset_index(drop=True))
    assert (counts(train), counts(val)) == ({"a": 32, "b": 32}, {"a": 8, "b": 8})
    assert not set(train["group"]) & set(val["group"])
    assert set(test["group"]) & (set(train["group"]) | set(val["group"]))
    # All four: their groups 0, 1 and 2 are also the first three groups of the training images.
    assert "4 of 4 test images have one among the training images" in capsys.readouterr().out


def test_a_test_set_is_cut_from_train_by_group():
    clean = pd.concat([table("aa", "aaa", *"a" * 35, "bbbb", *"b" * 36, publisher_split="train"),
                       table("ab", *"ab", publisher_split="val")], ignore_index=True)
    train, val, test = split(clean, by="group")
    pd.testing.assert_frame_equal(val, clean[clean["publisher_split"] == "val"].reset_index(drop=True))
    # One tenth of 40.
    assert (counts(train), counts(test)) == ({"a": 36, "b": 36}, {"a": 4, "b": 4})
    assert not set(train["group"]) & set(test["group"])


@settings(max_examples=40)
@given(st.lists(st.text("ab", min_size=2, max_size=5), max_size=12), st.sampled_from(["val", "test"]),
       st.integers(0, 2**32 - 1))
def test_beside_a_kept_part_groups_stay_together_in_what_is_cut(groups, kept, random_state):
    clean = pd.concat([table(*groups, *"a" * 30, *"b" * 30, publisher_split="train"),
                       table(*groups, *"ab", publisher_split=kept)], ignore_index=True)
    splits = dict(zip(("train", "val", "test"), split(clean, random_state=random_state, by="group"), strict=True))
    pd.testing.assert_frame_equal(
        splits.pop(kept), clean[clean["publisher_split"] == kept].reset_index(drop=True))
    check_whole(list(splits.values()), clean[clean["publisher_split"] == "train"])


def test_without_groups_the_way_to_them_is_named():
    with pytest.raises(UserError, match=r"needs a column `group`.*`add_duplicate_groups\(clean\)` adds it"):
        split(table(*"a" * 20, *"b" * 20).drop(columns="group"), by="group")


@given(st.integers(0, 200), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_things_are_apportioned_whole(number, weights):
    given_ = apportion(number, weights)
    assert sum(given_) == number
    assert all(abs(got - Fraction(number * weight, sum(weights))) < 1
               for got, weight in zip(given_, weights, strict=True))
