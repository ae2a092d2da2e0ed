"""Tables of the split into training, validation and test set, and a check of every class's shares."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from auxiliary.core.text import counted, first_few
from auxiliary.data.folders.part_names import IN_WORDS
from auxiliary.data.splitting.publisher_parts import cut_shares, kept_parts
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.reporting.many_classes import ends
from auxiliary.reporting.names import in_label_order

TOLERANCE = 0.01    # distance of a class's share in a split from the requested one
ROUNDING = 1e-9     # of floating-point arithmetic
NAMED = 3           # classes that a sentence names


def split_table(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """Images per class (index `category`) and split, with totals of all classes in the last row and column.

    Of more than 40 classes, the ten largest and the ten smallest.
    """
    splits = {"train": train, "val": val, "test": test}
    table = pd.DataFrame({name: split["category"].value_counts() for name, split in splits.items()})
    table = _in_order(table.fillna(0).astype(int))
    table["total"] = table.sum(axis=1)
    return pd.concat([ends(table, "total"), table.sum().to_frame("total").T]).rename_axis("category")


def split_shares(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame,
                 fractions: Sequence[float]) -> pd.DataFrame:
    """The classes whose share in a split is not the requested one.

    Args:
        train: the training images.
        val: the validation images.
        test: the test images.
        fractions: the requested shares of training, validation and test set, as `split` takes them.

    Returns:
        One row per class (index `category`) with a share that is off by more than one percentage point and by at
        least one image: its share in each split, 0 to 1. Where a part of the publisher's is kept, the shares
        of the other splits in the images of these.
    """
    splits, requested = _requested(train, val, test, fractions)
    counts = pd.DataFrame({name: split["category"].value_counts() for name, split in splits.items()}).fillna(0)
    sizes = counts.sum(axis=1)
    off = (counts - np.outer(sizes, requested)).abs()
    wrong = ((off >= 1 - ROUNDING) & (off.div(sizes, axis=0) > TOLERANCE + ROUNDING)).any(axis=1)
    return _in_order(counts[wrong].div(sizes[wrong], axis=0))


def split_sentence(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame, fractions: Sequence[float]) -> str:
    """One sentence: whether every class has the requested shares, and if not, how far the worst are off, and why."""
    splits, requested = _requested(train, val, test, fractions)
    shares = split_shares(train, val, test, fractions)
    if len(requested) == 1:
        return "The training, validation and test set are the publisher's, with the publisher's shares of the classes."
    goal = " / ".join(f"{share:g}" for share in requested)
    left_out = [IN_WORDS[name] for name in SPLITS if name not in splits]
    goal += "".join(f" of the images outside the {name} set" for name in left_out)
    if shares.empty:
        return f"Every class is within one percentage point, or one image, of {goal}."
    off = (shares - requested).abs().max(axis=1).sort_values(ascending=False, kind="stable")
    named = first_few([f"{name} by {100 * distance:.1f}" for name, distance in off.items()], NAMED)
    why = ": they have too many near-duplicates, which stay together" if _together(splits, shares.index) else ""
    return (f"{counted(len(off), 'class is', 'classes are')} more than one percentage point off {goal} "
            f"({named}){why}.")


def _requested(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame,
               fractions: Sequence[float]) -> tuple[dict[str, pd.DataFrame], list[float]]:
    """The splits that were cut, by name, and the requested share of each."""
    splits = dict(zip(SPLITS, (train, val, test), strict=True))
    shares = cut_shares(kept_parts(pd.concat(splits.values())), fractions)
    return {name: splits[name] for name in shares}, [float(share) for share in shares.values()]


def _together(splits: dict[str, pd.DataFrame], categories: pd.Index) -> bool:
    """Whether images of these categories have near-duplicates, and all near-duplicates share a split."""
    rows = pd.concat([split.assign(split=name) for name, split in splits.items()])
    if "group" not in rows:
        return False
    duplicates = rows[rows["group"].duplicated(keep=False)]
    counts = duplicates.groupby("group")["split"].nunique()
    return bool((counts == 1).all() and duplicates["category"].isin(categories).any())


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """A table of classes (index `category`) in the order of their labels."""
    return table.reindex(in_label_order(table.index)).rename_axis("category")
