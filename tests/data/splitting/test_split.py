"""Splits are disjoint, complete, stratified, repeatable, and exactly the seeds'."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from auxiliary.core.errors import UserError
from auxiliary.data.splitting.split import split

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


def parts(**sizes: tuple[int, ...]) -> pd.DataFrame:
    """The publisher's parts with their class sizes: `parts(train=(20, 40), test=(7, 3))`."""
    return pd.concat([table(*each, publisher_split=part) for part, each in sizes.items()], ignore_index=True)


def check_kept(clean: pd.DataFrame, splits: tuple[pd.DataFrame, ...], kept: set[str]) -> None:
    """The publisher's parts are as they were, and nothing else was lost, doubled or put into them."""
    assert sorted(pd.concat(splits)["filepath"]) == sorted(clean["filepath"])
    for name, rows in zip(("train", "val", "test"), splits, strict=True):
        own = name if name in kept else "train"
        assert set(rows["publisher_split"]) == {own}
        if name in kept:
            assert list(rows["filepath"]) == list(clean.loc[clean["publisher_split"] == name, "filepath"])


def test_a_publishers_test_set_stays_and_validation_is_cut_from_train(capsys):
    clean = parts(train=(20, 40), test=(7, 3))
    train, val, test = split(clean)
    check_kept(clean, (train, val, test), {"test"})
    assert (list(counts(train)), list(counts(val))) == ([16, 32], [4, 8])
    assert capsys.readouterr().out == (
        "The publisher's test set (10 images) is kept; 0.2 of its 60 training images become the validation set.\n")


def test_a_publishers_validation_set_stays_and_a_test_set_is_cut_from_train(capsys):
    clean = parts(train=(20, 40), val=(7, 3))
    train, val, test = split(clean)
    check_kept(clean, (train, val, test), {"val"})
    # One tenth of 20 and of 40.
    assert (list(counts(train)), list(counts(test))) == ([18, 36], [2, 4])
    assert "0.1 of its 60 training images become the test set" in capsys.readouterr().out


def test_with_both_of_the_publishers_nothing_is_cut(capsys):
    clean = parts(train=(2, 4), val=(1, 1), test=(1, 3)).sample(frac=1, random_state=0, ignore_index=True)
    train, val, test = split(clean)
    check_kept(clean, (train, val, test), {"val", "test"})
    assert list(counts(train)) == [2, 4]
    assert "its 6 training images are all for training" in capsys.readouterr().out


def test_without_a_part_to_keep_the_usual_rule_holds():
    for ours, theirs in zip(split(parts(train=(20, 40))), split(table(20, 40)), strict=True):
        assert list(ours["filepath"]) == [f"train{file}" for file in theirs["filepath"]]


@given(st.lists(st.tuples(st.integers(20, 60), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=4),
       st.sampled_from([{"val"}, {"test"}, {"val", "test"}]), st.integers(0, 2**32 - 1))
def test_any_parts_are_kept_and_the_rest_is_cut_stratified(sizes, kept, random_state):
    train, val, test = zip(*sizes, strict=True)
    made = {"train": train, "val": val, "test": test}
    clean = parts(**{name: made[name] for name in made if name in {"train", *kept}})
    splits = split(clean.sample(frac=1, random_state=1), random_state=random_state)
    check_kept(clean.sample(frac=1, random_state=1), splits, kept)
    for name, rows, share in zip(("val", "test"), splits[1:], (0.2, 0.1), strict=True):
        if name not in kept:
            # Two times rounded: the number of all, and that of each class.
            assert all(abs(got - share * size) < 2 for got, size in zip(counts(rows), train, strict=True))


def test_a_category_that_a_part_lacks_is_named():
    with pytest.raises(UserError, match=r"too few images in the publisher's test set, 1 per category .* class1 has 0"):
        split(parts(train=(20, 40), test=(7,)))
    with pytest.raises(UserError, match=r"in the publisher's validation set, 1 per category .* class0 has 0"):
        split(parts(train=(20, 40), val=(0, 7)))
    with pytest.raises(UserError, match=r"in the publisher's training set, 5 per category .* class0 has 4"):
        split(parts(train=(4, 40), test=(7, 7)))
    with pytest.raises(UserError, match=r"in the publisher's training set, 10 per category .* class0 has 9"):
        split(parts(train=(9, 40), val=(7, 7)))


@pytest.mark.parametrize("part", ["", "valid"], ids=["none", "unknown"])
def test_images_beside_the_parts_are_named(part):
    clean = pd.concat([parts(train=(20, 40), test=(7, 7)), table(1, publisher_split=part)], ignore_index=True)
    with pytest.raises(UserError, match=rf"1 image in no part .*\(train, test\), such as {part}0/0\.jpg"):
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
