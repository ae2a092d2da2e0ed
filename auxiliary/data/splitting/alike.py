"""Classes of which one group of near-duplicates holds much: perhaps their images are alike by nature."""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.text import first_few

NAMED = 5    # classes that a sentence names
WAY_OUT = ("If they are alike by nature and yet different, such as parts under one lamp, go on with "
           "`-p split.by seed`: images are then split at random, and test images may be nearly the same as training "
           "images. If they are copies of one another, add other images")


def large_groups(images: pd.DataFrame) -> dict[str, str]:
    """The classes of which one group of near-duplicates holds more than a third.

    Args:
        images: one row per image, with `category` and `group`.

    Returns:
        For each such class by name the size of its largest group, such as `30 of 60 images of cat`.
    """
    sizes = images.groupby(["category", "group"], observed=True).size().groupby("category").agg(["max", "sum"])
    large = sizes[(sizes["max"] > 1) & (3 * sizes["max"] > sizes["sum"])]
    return {name: f"{row['max']:,} of {row['sum']:,} images of {name}" for name, row in large.iterrows()}


def large_groups_sentence(large: Mapping[str, str]) -> str:
    """What `large_groups` found, and how to go on."""
    return (f"a single group of near-duplicates holds {first_few(list(large.values()), NAMED)}, and near-duplicates "
            f"stay in one split. {WAY_OUT}")
