"""Dividing images so that twins, the same image or nearly the same, lie in one part."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from auxiliary.core.errors import UserError

IN_WORDS = ("training", "validation", "test")


def divide(rows: pd.DataFrame, shares: Sequence[Fraction], random_state: int) -> list[pd.DataFrame]:
    """Divide stratified by category, all images of a group into the same part.

    Groups of several images come first, the largest before all; images without a near-duplicate then fill up each part.
    Where they suffice, and always where there are no twins, every category's share in every part is the one asked
    for, to less than an image.

    Args:
        rows: with `category` and `group`; every category as large as `split` asks for.
        shares: of the parts; positive, sum 1.
        random_state: seed of all draws.

    Returns:
        The rows of each part, in their order, with their index.

    Raises:
        UserError: when the groups leave a part without a category.
    """
    codes, names = pd.factorize(rows["category"], sort=True)
    groups = pd.factorize(rows["group"])[0]
    # Not default_rng: scikit-learn's draws stay the same from one version of NumPy to the next.
    rng = check_random_state(random_state)
    parts = _place(codes, groups, _quotas(np.bincount(codes), shares), rng)
    _fill_gaps(parts, codes, groups, len(shares))
    for code, name in enumerate(names):
        if missing := set(range(len(shares))) - set(parts[codes == code]):
            raise UserError(
                f"too few different images of {name}: twins stay together, and none is left for the "
                f"{IN_WORDS[min(missing)]} set; add images of it, or say `split: {{by: seed}}`, which does not keep "
                "them together")
    return [rows[parts == part] for part in range(len(shares))]


def apportion(number: int, weights: Sequence[Fraction | int]) -> list[int]:
    """`number` things in whole ones by `weights`, of the sum of which the largest remainders get one more."""
    whole = sum(weights)
    exact = [number * Fraction(weight) / whole for weight in weights]
    given = [floor(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda part: given[part] - exact[part])
    for part in by_remainder[:number - sum(given)]:
        given[part] += 1
    return given


def _quotas(sizes: np.ndarray, shares: Sequence[Fraction]) -> np.ndarray:
    """How many images of each category (rows) each part (columns) should get."""
    return np.array([apportion(int(size), shares) for size in sizes])


def _place(codes: np.ndarray, groups: np.ndarray, quotas: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """The part of each image, by the numbers of its category and of its group."""
    parts = np.full(len(codes), -1)
    room = quotas.copy()
    for twins in _largest_first(groups, rng):
        kinds, counts = np.unique(codes[twins], return_counts=True)
        part = _best_part(counts[:, None], room[kinds], quotas[kinds])
        parts[twins] = part
        room[kinds, part] -= counts
    for code, left in enumerate(room.clip(0)):
        singles = rng.permutation(np.flatnonzero((codes == code) & (parts < 0)))
        if len(singles):
            parts[singles] = np.repeat(np.arange(len(left)), apportion(len(singles), left.tolist()))
    return parts


def _largest_first(groups: np.ndarray, rng: np.random.RandomState) -> list[np.ndarray]:
    """Where the images of each group of several are, groups of one size in a random order."""
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    several = [twins for twins in members if len(twins) > 1]
    return sorted((several[place] for place in rng.permutation(len(several))), key=len, reverse=True)


def _best_part(counts: np.ndarray, room: np.ndarray, quotas: np.ndarray) -> int:
    """The part that a group takes beyond its quotas least, and among equals fills least.

    Args:
        counts: images of the group by category, shape (categories, 1).
        room: what is left of the quotas, shape (categories, parts).
        quotas: positive, of the same shape.
    """
    beyond = ((counts - room.clip(0)).clip(0) / quotas.sum(axis=1, keepdims=True)).sum(axis=0)
    filled = ((quotas - room + counts) / quotas).mean(axis=0)
    return int(np.lexsort((filled, beyond))[0])


def _fill_gaps(parts: np.ndarray, codes: np.ndarray, groups: np.ndarray, number: int) -> None:
    """Move into each part that lacks a category the smallest group with it that leaves no such gap behind."""
    sizes = np.bincount(groups)
    for code in range(codes.max() + 1):
        for part in sorted(set(range(number)) - set(parts[codes == code])):
            movable = _movable(parts, codes, groups) & (codes == code)
            if movable.any():
                candidates = groups[movable]
                parts[groups == candidates[np.argmin(sizes[candidates])]] = part


def _movable(parts: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Whether each image's group could leave its part, every category of it having another group there."""
    table = pd.DataFrame({"part": parts, "code": codes, "group": groups})
    others = table.groupby(["part", "code"])["group"].transform("nunique") > 1
    return others.groupby(groups).transform("all").to_numpy()
