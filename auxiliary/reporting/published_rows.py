"""The rows of a data set with an accuracy that somebody else published, and what both accuracies have in common."""

import pandas as pd

from auxiliary.core.text import counted
from auxiliary.data.fetch import DATA_SETS
from auxiliary.evaluation.comparison import by_images
from auxiliary.evaluation.rank_agreement import rank_agreement
from auxiliary.runs.labels import comparable

LEAST = 5     # rows that are worth a figure
FAR = 0.05    # a difference that needs a reason


def published_rows(results: pd.DataFrame) -> pd.DataFrame:
    """The rows with a published and a measured accuracy, the highest published one first, with a new index.

    Args:
        results: rows of one data set, as `over_seeds` returns them.

    Returns:
        Such rows. `accuracy_low` and `accuracy_high` are the 95% interval by the number of test images, also of rows of
        several seeds.
    """
    rows = comparable(results).dropna(subset="published_accuracy")
    rows = rows.sort_values("published_accuracy", ascending=False, kind="stable", ignore_index=True)
    ends = [by_images(row)[1:] for _, row in rows.iterrows()]
    return rows.assign(accuracy_low=[low for low, _ in ends], accuracy_high=[high for _, high in ends])


def untrained(rows: pd.DataFrame) -> pd.Series:
    """Whether nothing was trained at all: a backbone with a head of random weights."""
    return (rows["trainable_parameters"] == 0) & (rows["epochs_total"] == 0) & (rows["backbone"] != "")


def far_off(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `published_rows` whose two accuracies are more than 0.05 apart, the furthest first."""
    apart = (rows["accuracy"] - rows["published_accuracy"]).abs()
    return rows.loc[apart[apart > FAR].sort_values(ascending=False, kind="stable").index]


def amounts(dataset: str, images: int, classes: int) -> str:
    """How many images both are of, such as `published: 26,179 images, 10 classes; here: 4,808 images, 9 classes`.

    Args:
        dataset: the name of the data set; of one that is not known by name nothing is known of the published figures.
        images: the number of images here.
        classes: the number of classes here.
    """
    known = DATA_SETS.get(dataset)
    found = [("published", known.images, known.classes)] if known else []
    return "; ".join(f"{where}: {counted(number, 'image')}, {counted(kinds, 'class')}"
                     for where, number, kinds in [*found, ("here", images, classes)])


def ranks_text(rows: pd.DataFrame) -> str:
    """The rank correlations of both accuracies, such as `rho 0.81, tau 0.64`; empty where there is no order."""
    found = rank_agreement(rows["published_accuracy"], rows["accuracy"])
    return f"rank correlation: rho {found.rho:.2f}, tau {found.tau:.2f}" if found else ""
