"""How the images were divided into parts, as tables to show, and whether every class got its shares."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from auxiliary.core.text import counted

POINT = 0.01    # of a class: how far from what was asked its share in a part may be
EXACT = 1e-9    # what floating point may add
NAMED = 3       # classes that a sentence names


def split_table(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """Images a class (index `category`) and part, with totals in the last row and column."""
    parts = {"train": train, "val": val, "test": test}
    table = pd.DataFrame({name: part["category"].value_counts() for name, part in parts.items()})
    table = table.fillna(0).astype(int).sort_index().rename_axis("category")
    table["total"] = table.sum(axis=1)
    return pd.concat([table, table.sum().to_frame("total").T]).rename_axis("category")


def split_shares(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame,
                 fractions: Sequence[float]) -> pd.DataFrame:
    """The classes of which a part holds another share than was asked for.

    Args:
        train: the training images.
        val: the validation images.
        test: the test images.
        fractions: what `split` was asked for.

    Returns:
        For each class (index `category`) of which a part is more than one percentage point off, and a whole image
        or more, since images cannot be cut: its share in each part, 0 to 1. Where the publisher fixed the test set,
        the shares of train and validation in what both hold together.
    """
    parts, asked = _asked(train, val, test, fractions)
    counts = pd.DataFrame({name: part["category"].value_counts() for name, part in parts.items()}).fillna(0)
    sizes = counts.sum(axis=1)
    off = (counts - np.outer(sizes, asked)).abs()
    wrong = ((off >= 1 - EXACT) & (off.div(sizes, axis=0) > POINT + EXACT)).any(axis=1)
    return counts[wrong].div(sizes[wrong], axis=0).sort_index().rename_axis("category")


def split_sentence(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame, fractions: Sequence[float]) -> str:
    """In a sentence, whether every class has the shares asked for, and if not, which are how far off, and why."""
    parts, asked = _asked(train, val, test, fractions)
    shares = split_shares(train, val, test, fractions)
    wanted = " / ".join(f"{share:g}" for share in asked) + ("" if len(asked) > 2 else " of what is not the test set")
    if shares.empty:
        return f"Every class is within one percentage point, or one image, of {wanted}."
    off = (shares - asked).abs().max(axis=1).sort_values(ascending=False, kind="stable")
    named = ", ".join(f"{name} by {100 * distance:.1f}" for name, distance in off.head(NAMED).items())
    more = f" and {len(off) - NAMED} more" if len(off) > NAMED else ""
    why = ": their twins stay together, and are too many for that" if _together(parts, shares.index) else ""
    return (f"{counted(len(off), 'class is', 'classes are')} more than one percentage point off {wanted} "
            f"({named}{more}){why}.")


def _asked(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame,
           fractions: Sequence[float]) -> tuple[dict[str, pd.DataFrame], list[float]]:
    """The parts that were divided, by name, and the share asked for of each."""
    if "publisher_split" in test and (test["publisher_split"] == "test").any():
        return {"train": train, "val": val}, [1 - fractions[1], fractions[1]]
    return {"train": train, "val": val, "test": test}, list(fractions)


def _together(parts: dict[str, pd.DataFrame], categories: pd.Index) -> bool:
    """Whether some images of these categories have twins, and all of these lie in one part."""
    rows = pd.concat([part.assign(side=name) for name, part in parts.items()])
    if "group" not in rows:
        return False
    twins = rows[rows["group"].duplicated(keep=False)]
    sides = twins.groupby("group")["side"].nunique()
    return bool((sides == 1).all() and twins["category"].isin(categories).any())
