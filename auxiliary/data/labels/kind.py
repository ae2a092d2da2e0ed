"""Refuses labels that are not one class per image: several classes in a cell, or a number of its own for each image."""

from collections import Counter
from collections.abc import Collection

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted, short

# Below this number of images, each may have a class of its own by chance.
FEW = 20


def check_one_class_each(labels: pd.DataFrame) -> None:
    """Refuse labels that are not one class per image.

    Args:
        labels: one row per image, with `category` ("" where unknown) and `csv`.

    Raises:
        UserError: most images have a class of their own, as where the labels are measurements or sentences; or a class
            is made of others, as `cat|dog` is.
    """
    counts = labels.loc[labels["category"] != "", "category"].value_counts()
    single, images, csv = counts.index[counts == 1], int(counts.sum()), " and ".join(labels["csv"].unique())
    if images > FEW and len(single) > images / 2:
        raise UserError(f"{csv}: {len(single):,} of {counted(images, 'image')} have a class of their own, such as "
                        f"{short(single[0])!r}: a column is needed that gives many images the same class")
    if several := _several(counts.index):
        raise UserError(f"{csv}: {short(several)!r} names several classes, and one class per image is needed: leave "
                        "such rows out, or write a class of its own, without the mark between the names")


def _several(names: Collection[str]) -> str:
    """A name that is a list of classes; "" where there is none."""
    listed = (name for name in names if name.startswith("[") and name.endswith("]") and "," in name)
    pieces = {mark: Counter(part for name in names for part in _parts(name, mark)) for mark in "|;"}
    joined = (
        *(_joined(names, mark, {part for part, count in pieces[mark].items() if count > 1}, 1) for mark in pieces),
        # These stand in ordinary names too, such as `hot dog` beside `hot` and `dog`.
        _joined(names, ",", set(names), 1), _joined(names, " ", set(names), 2))
    return next(listed, "") or next(filter(None, joined), "")


def _joined(names: Collection[str], mark: str, classes: Collection[str], least: int) -> str:
    """The first name that is made of classes with a mark between them; "" unless most names with that mark are."""
    marked = [name for name in names if mark in name]
    made = [name for name in marked if all(part in classes for part in _parts(name, mark))]
    return made[0] if len(made) >= least and len(made) > len(marked) / 2 else ""


def _parts(name: str, mark: str) -> list[str]:
    return [part.strip() for part in name.split(mark)]
