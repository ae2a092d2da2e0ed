"""Splitting a data set into training, validation and test images."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import pandas as pd
from sklearn.model_selection import train_test_split

from auxiliary.config.shares import exact_shares
from auxiliary.core.errors import UserError, unknown
from auxiliary.data.split_by_group import split_groups

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
WAYS = ("seed", "group")


def split(clean: pd.DataFrame, fractions: Sequence[float] = (0.7, 0.2, 0.1), random_state: int = 5,
          by: str = "seed") -> Frames:
    """Split stratified by category: by seed, or by group, which keeps near-duplicates together.

    By seed, first the training images are drawn, then the rest is cut in two. By group, all images of a group go to
    one split, in the order of the table.

    Where the publisher fixed the test set (`publisher_split` is "train" or "test"), it stays as it is, and validation
    images are cut from the publisher's training images. The second fraction is then a share of those, and the others
    are not used. A group that the publisher put on both sides stays on both.

    Args:
        clean: rows with `category`, by group also `group`, and, where there is one, `publisher_split`.
        fractions: shares of train, validation and test; positive, sum 1. Taken as the decimal numbers they
            are written as, so that of 0.7, 0.2, 0.1 scikit-learn gets 0.3 and exactly 1/3.
        random_state: seed of all draws.
        by: "seed" or "group".

    Returns:
        Training, validation and test images, each with a new index; together they are all of `clean`.

    Raises:
        UserError: for bad fractions, another `by`, fewer than two categories, or a category too small to be surely in
            all three splits (10 images are enough for 0.7, 0.2, 0.1), or with too many near-duplicates for that.
    """
    _check_way(clean, by)
    check_split(clean, fractions)
    shares = _exact(fractions)
    _, val, test = shares
    if _is_fixed(clean):
        return _split_fixed(clean, val, random_state, by)
    if by == "group":
        return _reindexed(*split_groups(clean, shares, random_state))
    train, rest = _cut(clean, val + test, random_state)
    return _reindexed(train, *_cut(rest, test / (val + test), random_state))


def check_split(images: pd.DataFrame, fractions: Sequence[float]) -> None:
    """Refuse images that cannot be split, which the overview tells before any of them is processed.

    Args:
        images: rows with `category`, and, where there is one, `publisher_split`.
        fractions: as in `split`.

    Raises:
        UserError: for bad fractions, fewer than two categories, or a category that is too small.
    """
    shares = _exact(fractions)
    categories = sorted(images["category"].unique())
    if len(categories) < 2:
        raise UserError(f"at least two categories with readable images are needed, found "
                        f"{', '.join(categories) or 'none'}")
    if not _is_fixed(images):
        _check_sizes(images, categories, _least(shares), "")
        return
    unplaced = images[~images["publisher_split"].isin(["train", "test"])]
    if len(unplaced):
        raise UserError(f"{len(unplaced)} images lie in neither train/ nor test/, such as "
                        f"{unplaced['filepath'].iloc[0]}: move them into one of the two")
    _, val, _ = shares
    own, test = (images[images["publisher_split"] == side] for side in ("train", "test"))
    _check_sizes(own, categories, _least((1 - val, val)), " in train/")
    _check_sizes(test, categories, 1, " in test/")


def _is_fixed(images: pd.DataFrame) -> bool:
    """Whether the publisher fixed the test set."""
    return "publisher_split" in images and bool((images["publisher_split"] != "").any())


def _check_way(clean: pd.DataFrame, by: str) -> None:
    if by not in WAYS:
        raise unknown("way to split", by, WAYS)
    if by == "group" and "group" not in clean:
        raise UserError("to split by group, the table needs a column `group`, which numbers near-duplicates: "
                        "`add_duplicate_groups(clean)` adds it")


def _split_fixed(clean: pd.DataFrame, val: Fraction, random_state: int, by: str) -> Frames:
    own, test = (clean[clean["publisher_split"] == side] for side in ("train", "test"))
    divided = split_groups(own, (1 - val, val), random_state) if by == "group" else _cut(own, val, random_state)
    return _reindexed(*divided, test)


def _exact(fractions: Sequence[float]) -> tuple[Fraction, Fraction, Fraction]:
    try:
        return exact_shares(fractions)
    except ValueError as error:
        raise UserError(str(error)) from None


def _least(shares: Sequence[Fraction]) -> int:
    """The size from which on a category is in every split, however the rounding of the others falls."""
    train, *others = shares
    rest = sum(others)
    least_rest = max(ceil(rest / share) for share in others)
    return max(ceil(1 / train), ceil(least_rest / rest))


def _check_sizes(rows: pd.DataFrame, categories: Sequence[str], least: int, where: str) -> None:
    counts = rows["category"].value_counts().reindex(categories, fill_value=0)
    if named := [f"{category} has {count}" for category, count in counts.items() if count < least]:
        raise UserError(f"too few images{where} to split, {least} per category are needed: {', '.join(named)}"
                        "; add images or remove the category")


def _cut(rows: pd.DataFrame, share: Fraction, random_state: int) -> list[pd.DataFrame]:
    return train_test_split(rows, test_size=float(share), stratify=rows["category"],
                            random_state=random_state)


def _reindexed(*frames: pd.DataFrame) -> Frames:
    train, val, test = (frame.reset_index(drop=True) for frame in frames)
    return train, val, test
