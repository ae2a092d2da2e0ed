"""Splitting images so that near-duplicates lie in one split."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import first_few
from auxiliary.data.folders.part_names import IN_WORDS

NAMED = 5    # classes that a sentence names
# Where one group of near-duplicates holds much of a class: perhaps its images are alike by nature.
WAY_OUT = ("If they are alike by nature and yet different, such as parts under one lamp, go on with "
           "`-p split.by seed`: images are then split at random, and test images may be nearly the same as training "
           "images. If they are copies of one another, add other images")


def split_groups(rows: pd.DataFrame, shares: Mapping[str, Fraction], random_state: int) -> dict[str, pd.DataFrame]:
    """Split stratified by category, all images of a group into the same split.

    Groups of several images come first, the largest before all. Images without a near-duplicate then fill up each
    split. Where they suffice, and always where there are no near-duplicates, every category has in every split the
    share asked for, to less than an image. A sentence is printed where one group holds more than a third of a category.

    Args:
        rows: with `category` and `group`; every category as large as `split` asks for.
        shares: of the splits by name (`train`, `val`, `test`), two or all; positive, sum 1.
        random_state: seed of all draws.

    Returns:
        The rows of each split by name, in their order, with their index.

    Raises:
        UserError: the groups leave a split without a category.
    """
    codes, names = pd.factorize(rows["category"], sort=True)
    groups = pd.factorize(rows["group"])[0]
    # Not default_rng: scikit-learn's draws stay the same from one version of NumPy to the next.
    rng = check_random_state(random_state)
    splits = _place(codes, groups, _quotas(np.bincount(codes), list(shares.values())), rng)
    _fill_gaps(splits, codes, groups, len(shares))
    large = _large_groups(rows)
    for code, category in enumerate(names):
        if missing := [split for number, split in enumerate(shares) if number not in splits[codes == code]]:
            raise _too_few(category, missing[0], large)
    if large:
        notify(_large_groups_sentence(large))
    return {name: rows[splits == number] for number, name in enumerate(shares)}


def _large_groups(images: pd.DataFrame) -> dict[str, str]:
    """The classes of which one group holds more than a third, by name, each such as `30 of 60 images of cat`."""
    sizes = images.groupby(["category", "group"], observed=True).size().groupby("category").agg(["max", "sum"])
    large = sizes[(sizes["max"] > 1) & (3 * sizes["max"] > sizes["sum"])]
    return {name: f"{row['max']:,} of {row['sum']:,} images of {name}" for name, row in large.iterrows()}


def _large_groups_sentence(large: Mapping[str, str]) -> str:
    """What `_large_groups` found, and how to go on."""
    return (f"a single group of near-duplicates holds {first_few(list(large.values()), NAMED)}, and near-duplicates "
            f"stay in one split. {WAY_OUT}")


def _too_few(category: str, split: str, large: Mapping[str, str]) -> UserError:
    none_left = f"no image of {category} is left for the {IN_WORDS[split]} set"
    if large:
        return UserError(f"{none_left}: {_large_groups_sentence(large)}")
    return UserError(f"too few different images of {category}: near-duplicates stay together, and {none_left}; add "
                     "images of it, or say `split: {by: seed}`, which does not keep them together")


def apportion(number: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Divide `number` into whole numbers by `weights`; the largest remainders get one more."""
    whole = sum(weights)
    exact = [number * Fraction(weight) / whole for weight in weights]
    given = [floor(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: given[place] - exact[place])
    for place in by_remainder[:number - sum(given)]:
        given[place] += 1
    return given


def _quotas(sizes: np.ndarray, shares: Sequence[Fraction]) -> np.ndarray:
    """How many images of each category (rows) each split (columns) should get."""
    return np.array([apportion(int(size), shares) for size in sizes])


def _place(codes: np.ndarray, groups: np.ndarray, quotas: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """The number of each image's split, by the numbers of its category and of its group."""
    splits = np.full(len(codes), -1)
    space = quotas.copy()
    for members in _largest_first(groups, rng):
        categories, counts = np.unique(codes[members], return_counts=True)
        chosen = _best_split(counts[:, None], space[categories], quotas[categories])
        splits[members] = chosen
        space[categories, chosen] -= counts
    for code, left in enumerate(space.clip(0)):
        singles = rng.permutation(np.flatnonzero((codes == code) & (splits < 0)))
        if len(singles):
            splits[singles] = np.repeat(np.arange(len(left)), apportion(len(singles), left.tolist()))
    return splits


def _largest_first(groups: np.ndarray, rng: np.random.RandomState) -> list[np.ndarray]:
    """The places of the images of each group of several, groups of one size in a random order."""
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    several = [places for places in members if len(places) > 1]
    return sorted((several[number] for number in rng.permutation(len(several))), key=len, reverse=True)


def _best_split(counts: np.ndarray, space: np.ndarray, quotas: np.ndarray) -> int:
    """The split whose quotas a group exceeds least, and among equals the one that it fills least.

    Args:
        counts: images of the group by category, shape (categories, 1).
        space: what is left of the quotas, shape (categories, splits).
        quotas: positive, of the same shape.
    """
    beyond = ((counts - space.clip(0)).clip(0) / quotas.sum(axis=1, keepdims=True)).sum(axis=0)
    filled = ((quotas - space + counts) / quotas).mean(axis=0)
    return int(np.lexsort((filled, beyond))[0])


def _fill_gaps(splits: np.ndarray, codes: np.ndarray, groups: np.ndarray, number: int) -> None:
    """Move into each split that lacks a category the smallest group with it that leaves no such gap behind."""
    sizes = np.bincount(groups)
    for code in range(codes.max() + 1):
        for lacking in sorted(set(range(number)) - set(splits[codes == code])):
            movable = _movable(splits, codes, groups) & (codes == code)
            if movable.any():
                candidates = groups[movable]
                splits[groups == candidates[np.argmin(sizes[candidates])]] = lacking


def _movable(splits: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Whether each image's group could leave its split, every category of it having another group there."""
    table = pd.DataFrame({"split": splits, "code": codes, "group": groups})
    others = table.groupby(["split", "code"])["group"].transform("nunique") > 1
    return others.groupby(groups).transform("all").to_numpy()
