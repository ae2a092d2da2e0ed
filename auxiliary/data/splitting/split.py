"""Splitting a data set into training, validation and test images."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd
from sklearn.model_selection import train_test_split

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.progress import notify
from auxiliary.data.splitting.class_sizes import check_sizes
from auxiliary.data.splitting.publisher_parts import cut_shares, images_in, kept_parts, leaks_sentence, parts_sentence
from auxiliary.data.splitting.split_by_group import split_groups
from auxiliary.data.splitting.split_record import SPLITS

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
WAYS = ("seed", "group")


def split(clean: pd.DataFrame, fractions: Sequence[float] = (0.7, 0.2, 0.1), random_state: int = 5,
          by: str = "seed") -> Frames:
    """Split stratified by category: by seed, or by group, which keeps near-duplicates together.

    By seed, first the training images are drawn, then the rest is cut in two. By group, all images of a group go to
    one split, in the order of the table.

    A validation or test set that the publisher made (`publisher_split` is "val" or "test") stays as it is, and a
    sentence says so. What is missing is cut from the publisher's training images. The second or third fraction is then
    a share of those, and the others are not used. A group that the publisher put into several parts stays there, and a
    sentence counts these images.

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
    check_sizes(clean, fractions)
    kept = kept_parts(clean)
    if kept:
        _notify_parts(clean, fractions)
    own = images_in(clean, "train") if kept else clean
    splits = _divide(own, cut_shares(kept, fractions), random_state, by)
    splits |= {part: images_in(clean, part) for part in kept}
    train, val, test = (splits[name].reset_index(drop=True) for name in SPLITS)
    return train, val, test


def _check_way(clean: pd.DataFrame, by: str) -> None:
    if by not in WAYS:
        raise unknown("way to split", by, WAYS)
    if by == "group" and "group" not in clean:
        raise UserError("to split by group, the table needs a column `group`, which numbers near-duplicates: "
                        "`add_duplicate_groups(clean)` adds it")


def _notify_parts(clean: pd.DataFrame, fractions: Sequence[float]) -> None:
    notify(parts_sentence(clean, fractions))
    if "group" in clean:
        notify(leaks_sentence(clean))


def _divide(own: pd.DataFrame, shares: Mapping[str, Fraction], random_state: int, by: str) -> dict[str, pd.DataFrame]:
    """The splits that are cut from some images, by name."""
    if len(shares) == 1:
        return dict.fromkeys(shares, own)
    return split_groups(own, shares, random_state) if by == "group" else _draw(own, shares, random_state)


def _draw(own: pd.DataFrame, shares: Mapping[str, Fraction], random_state: int) -> dict[str, pd.DataFrame]:
    """Two or three random splits: first the training images are drawn, then the rest is cut in two."""
    train, *others = shares
    total = sum(shares[name] for name in others)
    drawn, rest = _cut(own, total, random_state)
    if len(others) == 1:
        return {train: drawn, others[0]: rest}
    return {train: drawn} | dict(zip(others, _cut(rest, shares[others[1]] / total, random_state), strict=True))


def _cut(rows: pd.DataFrame, share: Fraction, random_state: int) -> list[pd.DataFrame]:
    return train_test_split(rows, test_size=float(share), stratify=rows["category"],
                            random_state=random_state)
