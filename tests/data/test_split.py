"""Splits are disjoint, complete, stratified, repeatable, and exactly the seeds'."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from auxiliary.core.errors import UserError
from auxiliary.data.split import check_split, split

SIZES = st.lists(st.integers(1, 80), min_size=2, max_size=6)
PERCENT = st.tuples(st.integers(5, 90), st.integers(5, 90)).filter(lambda shares: sum(shares) <= 95)


def table(*sizes: int, publisher_split: str = "") -> pd.DataFrame:
    rows = [(f"{publisher_split}{category}/{i}.jpg", f"class{category}", publisher_split)
            for category, size in enumerate(sizes) for i in range(size)]
    return pd.DataFrame(rows, columns=["filepath", "category", "publisher_split"])


def counts(frame: pd.DataFrame) -> pd.Series:
    return frame["category"].value_counts().sort_index()


@pytest.mark.parametrize("sizes", [(10, 10), (100, 37, 64), (1446, 4863, 2112)])
def test_equals_the_two_calls_of_the_seeds(sizes):
    clean = table(*sizes)
    train, rest = train_test_split(clean, stratify=clean["category"], test_size=0.3, random_state=5)
    val, test = train_test_split(rest, stratify=rest["category"], test_size=1 / 3, random_state=5)
    for ours, theirs in zip(split(clean), (train, val, test), strict=True):
        pd.testing.assert_frame_equal(ours, theirs.reset_index(drop=True))


@given(sizes=SIZES, percent=PERCENT, random_state=st.integers(0, 2**32 - 1))
def test_either_refused_or_disjoint_complete_stratified_and_repeatable(sizes, percent, random_state):
    clean = table(*sizes)
    fractions = (percent[0] / 100, percent[1] / 100, (100 - sum(percent)) / 100)
    try:
        train, val, test = splits = split(clean, fractions, random_state)
    except UserError:
        assert min(sizes) * min(fractions) < 4, "a category of this size is in every split"
        return
    assert sorted(pd.concat(splits)["filepath"]) == sorted(clean["filepath"])
    rest = pd.concat([val, test])
    for rows, whole in ((train, clean), (val, rest), (test, rest)):
        assert list(rows.index) == list(range(len(rows)))
        assert list(counts(rows).index) == list(counts(clean).index)
        assert ((counts(rows) - counts(whole) * len(rows) / len(whole)).abs() < 1 + 1e-9).all()
    for once, again in zip(splits, split(clean, fractions, random_state), strict=True):
        pd.testing.assert_frame_equal(once, again)


def test_another_seed_draws_others():
    clean = table(50, 50)
    assert list(split(clean, random_state=1)[0]["filepath"]) != list(split(clean, random_state=2)[0]["filepath"])


def test_a_publishers_test_set_stays_and_validation_is_cut_from_train():
    clean = pd.concat([table(20, 40, publisher_split="train"), table(7, 3, publisher_split="test")], ignore_index=True)
    train, val, test = split(clean)
    assert list(test["filepath"]) == list(clean.loc[clean["publisher_split"] == "test", "filepath"])
    assert (list(counts(train)), list(counts(val))) == ([16, 32], [4, 8])
    assert sorted([*train["filepath"], *val["filepath"]]) == sorted(clean["filepath"][:60])


def test_a_category_without_test_images_is_named():
    clean = pd.concat([table(20, 40, publisher_split="train"), table(7, publisher_split="test")], ignore_index=True)
    with pytest.raises(UserError, match=r"too few images in test/ to split, 1 per category .* class1 has 0"):
        split(clean)
    with pytest.raises(UserError, match=r"too few images in train/ to split, 5 per category .* class0 has 4"):
        split(
            pd.concat([table(4, 40, publisher_split="train"), table(7, 7, publisher_split="test")], ignore_index=True)
        )


def test_images_beside_train_and_test_are_named():
    clean = pd.concat(
        [table(20, 40, publisher_split="train"), table(7, 7, publisher_split="test"), table(1)], ignore_index=True
    )
    with pytest.raises(UserError, match=r"1 images lie in neither train/ nor test/, such as 0/0\.jpg"):
        split(clean)


@pytest.mark.parametrize(("clean", "message"), [
    (table(), "at least two categories .* found none"),
    (table(30), "at least two categories .* found class0"),
    (table(30, 9, 1), "10 per category are needed: class1 has 9, class2 has 1"),
])
def test_what_cannot_be_split(clean, message):
    with pytest.raises(UserError, match=message):
        split(clean)


@pytest.mark.parametrize("fractions", [(0.7, 0.2, 0.2), (1.0, 0.0, 0.0), (1.2, -0.1, -0.1), (0.7, 0.3),
                                       ("a", 0.2, 0.1), (float("nan"), 0.5, 0.5)])
def test_fractions_that_make_no_sense(fractions):
    with pytest.raises(UserError, match="fractions"):
        split(table(30, 30), fractions)


def test_thirds_need_not_sum_to_one_to_the_last_digit():
    assert [len(rows) for rows in split(table(30, 30), (1 / 3, 1 / 3, 1 / 3))] == [20, 20, 20]


def test_another_way_to_split_is_refused():
    with pytest.raises(UserError, match=r"unknown way to split 'groups': did you mean 'group'"):
        split(table(30, 30), by="groups")


def test_what_duplicates_are_does_not_matter_to_the_seeds_split():
    clean = table(40, 30)
    for ours, theirs in zip(split(clean.assign(group=0)), split(clean), strict=True):
        pd.testing.assert_frame_equal(ours.drop(columns="group"), theirs)


@pytest.mark.parametrize("fixed", [False, True], ids=["ours to split", "the publisher's"])
def test_what_cannot_be_split_is_refused_before_any_image_is_processed(fixed):
    counts = {"cat": 20, "dog": 2}
    images = pd.DataFrame({"category": [name for name, count in counts.items() for _ in range(count)]})
    images = images.assign(publisher_split="train" if fixed else "", filepath="a.jpg")
    with pytest.raises(UserError, match="dog has 2"):
        check_split(images, (0.7, 0.2, 0.1))
    with pytest.raises(UserError, match="at least two categories"):
        check_split(images[images["category"] == "cat"], (0.7, 0.2, 0.1))
