"""Which pictures have twins, the same picture or nearly the same, as tables to show; figures are in `twin_sheet`."""

import os
from pathlib import Path

import pandas as pd

from auxiliary.data.twins import in_train
from auxiliary.reporting.style import counted


def groups_of_several(clean: pd.DataFrame) -> pd.DataFrame:
    """The groups that hold more than one picture.

    Args:
        clean: rows with `group` and `content`.

    Returns:
        A frame indexed by `group`, with its number of `pictures`, and whether its pictures are not all
        `identical`, byte for byte: `differ`. In the order of the groups' numbers.
    """
    groups = clean.groupby("group")["content"].agg(pictures="size", contents="nunique")
    groups = groups[groups["pictures"] > 1]
    return groups[["pictures"]].assign(differ=groups["contents"] > 1)


def group_sentence(clean: pd.DataFrame) -> str:
    """How many pictures have a twin, in how many groups, and how many pictures the largest holds, in a sentence."""
    groups = groups_of_several(clean)
    if groups.empty:
        return f"None of {counted(len(clean), 'picture')} has a twin."
    having = int(groups["pictures"].sum())
    differ = int(groups["differ"].sum())
    return (f"{having:,} of {counted(len(clean), 'picture')} ({having / len(clean):.1%}) have a twin: "
            f"{counted(len(groups) - differ, 'group')} of identical pictures and {differ:,} of nearly the same, "
            f"the largest of {groups['pictures'].max():,}.")


def twin_table(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """How many pictures of the validation and test set have a twin in the training set.

    Args:
        train: the training pictures, with `content` and `group`.
        val: the validation pictures, likewise.
        test: the test pictures, likewise.

    Returns:
        A frame indexed by `part` (val, test): `pictures`; `same in train`, those that are byte for byte in the
        training set as well; `same or nearly the same in train`, those of a group with a training picture; and the
        share of each, 0 to 1, rounded to 3 digits.
    """
    parts = {"val": val, "test": test}
    table = pd.DataFrame({"pictures": [len(part) for part in parts.values()]}, index=pd.Index(parts, name="part"))
    same = [part["content"].isin(train["content"]) for part in parts.values()]
    twins = [in_train(train, part) for part in parts.values()]
    for name, found in (("same in train", same), ("same or nearly the same in train", twins)):
        table[name] = [int(each.sum()) for each in found]
        table[f"{name}, share"] = (table[name] / table["pictures"]).round(3)
    return table


def label_conflicts(clean: pd.DataFrame) -> pd.DataFrame:
    """Pictures that lie, byte for byte, in several categories, of which all but one must be wrong.

    Args:
        clean: rows with `filepath`, `category` and `content`.

    Returns:
        A row a file: `picture`, the same number for the same picture, from 1; `category`; and `file`, what it is called
        in `raw-img/`. The copies of a picture stand together; empty where there are none.
    """
    categories = clean.groupby("content")["category"].transform("nunique")
    rows = clean[categories > 1]
    number = pd.factorize(rows["content"])[0] + 1
    folder = Path(os.path.commonpath(list(clean["filepath"]))) if len(rows) else Path()
    # A normalised picture's name is the original's, and a suffix.
    files = [Path(path).relative_to(folder).with_suffix("").as_posix() for path in rows["filepath"]]
    table = pd.DataFrame({"picture": number, "category": rows["category"].to_numpy(), "file": files})
    return table.sort_values(["picture", "category", "file"], ignore_index=True)
