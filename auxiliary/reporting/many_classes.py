"""What a figure or table shows of many classes, so that its size does not grow with their number."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from auxiliary.core.text import counted

MOST = 40    # classes up to which each has its own row
ENDS = 10    # of more classes, as many from either end of the table
SOME = 20    # of more classes, as many chosen at random


def ends(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """A table of classes; of more than 40 the ten with the highest and the ten with the lowest values.

    Args:
        table: one row per class.
        by: the column of the values. The highest then comes first, and of equals the earlier row.

    Returns:
        The table as it is, or twenty rows of it.
    """
    if len(table) <= MOST:
        return table
    ordered = table.sort_values(by, ascending=False, kind="stable")
    return pd.concat([ordered.head(ENDS), ordered.tail(ENDS)])


def ends_sentence(classes: int, highest: str, lowest: str) -> str:
    """What a table has that `ends` cut: `The 10 best and the 10 worst of 1,000 classes.`; empty if it did not."""
    return "" if classes <= MOST else f"The {ENDS} {highest} and the {ENDS} {lowest} of {classes:,} classes."


def some(categories: Sequence[str], random_state: int) -> list[str]:
    """All classes; of more than 40 twenty chosen at random, in the same order."""
    if len(categories) <= MOST:
        return list(categories)
    places = np.random.default_rng(random_state).choice(len(categories), SOME, replace=False)
    return [categories[place] for place in sorted(places)]


def each_of_some(classes: int) -> str:
    """The classes that `some` chooses, in words: `each class`, or `each of 20 of 1,000 classes`."""
    return "each class" if classes <= MOST else f"each of {SOME} of {counted(classes, 'class')}"
