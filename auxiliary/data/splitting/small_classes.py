"""Which classes have too few images to be split."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

import pandas as pd

from auxiliary.data.folders.part_names import IN_WORDS
from auxiliary.data.splitting.publisher_parts import cut_shares, images_in, kept_parts


class Shortage(NamedTuple):
    """What a class lacks.

    Attributes:
        part: the publisher's part that it is too small in; "" where there are none.
        count: its usable images there.
        least: how many are needed there.
    """

    part: str
    count: int
    least: int

    @property
    def where(self) -> str:
        """The place in words, to follow `images`."""
        return f" in the publisher's {IN_WORDS[self.part]} set" if self.part else ""


def small_classes(images: pd.DataFrame, names: Sequence[str], fractions: Sequence[float]) -> dict[str, Shortage]:
    """The classes that are too small to be surely in all three splits, by name.

    Args:
        images: the usable ones, as for `check_sizes`.
        names: of all classes, also of those without a usable image.
        fractions: as in `split`.
    """
    kept = kept_parts(images)
    needed = {"train" if kept else "": _least(list(cut_shares(kept, fractions).values()))} | dict.fromkeys(kept, 1)
    small: dict[str, Shortage] = {}
    for part, least in needed.items():
        rows = images_in(images, part) if part else images
        counts = rows["category"].value_counts().reindex(names, fill_value=0)
        small |= {name: Shortage(part, int(count), least) for name, count in counts.items()
                  if count < least and name not in small}
    return small


def _least(shares: Sequence[Fraction]) -> int:
    """The size from which on a category is in every split, however the rounding of the others falls."""
    train, *others = shares
    rest = sum(others)
    least_rest = max((ceil(rest / share) for share in others), default=0)
    return max(ceil(1 / train), ceil(least_rest / rest) if others else 0)
