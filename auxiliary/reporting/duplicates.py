"""Tables of near-duplicates: groups of images that are identical or nearly identical."""

import pandas as pd

from auxiliary.core.text import counted
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.data.tables import originals


def groups_of_several(clean: pd.DataFrame) -> pd.DataFrame:
    """The groups of more than one image, in the order of their numbers.

    Args:
        clean: one row per image, with `group` and `content_hash`.

    Returns:
        A frame indexed by `group`: the number of `images`, and `differ`, whether they are not all identical.
    """
    groups = clean.groupby("group")["content_hash"].agg(images="size", contents="nunique")
    groups = groups[groups["images"] > 1]
    return groups[["images"]].assign(differ=groups["contents"] > 1)


def group_sentence(clean: pd.DataFrame) -> str:
    """One sentence: the number of images with a near-duplicate, of groups, and of images in the largest group."""
    groups = groups_of_several(clean)
    if groups.empty:
        return f"None of {counted(len(clean), 'image')} has a near-duplicate."
    images, differ = int(groups["images"].sum()), int(groups["differ"].sum())
    return (f"{images:,} of {counted(len(clean), 'image')} ({images / len(clean):.1%}) have a near-duplicate: "
            f"{counted(len(groups) - differ, 'group')} of identical images and {differ:,} of nearly identical ones, "
            f"the largest of {groups['images'].max():,}.")


def duplicate_table(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """The number of validation and test images with a near-duplicate in the training set.

    Args:
        train: the training images, with `content_hash` and `group`.
        val: the validation images, likewise.
        test: the test images, likewise.

    Returns:
        A frame indexed by `split` (val, test): `images`; `identical in train`, the number of images that the training
        set holds as well; `identical or nearly in train`, the number of images whose group has a training image; and
        the share of each, 0 to 1, rounded to 3 digits.
    """
    splits = {"val": val, "test": test}
    table = pd.DataFrame({"images": [len(split) for split in splits.values()]}, index=pd.Index(splits, name="split"))
    identical = [split["content_hash"].isin(train["content_hash"]) for split in splits.values()]
    duplicates = [has_duplicate_in(train, split) for split in splits.values()]
    for name, found in (("identical in train", identical), ("identical or nearly in train", duplicates)):
        table[name] = [int(each.sum()) for each in found]
        table[f"{name}, share"] = (table[name] / table["images"]).round(3)
    return table


def label_conflicts(clean: pd.DataFrame) -> pd.DataFrame:
    """Identical images in several categories: all labels but one must be wrong.

    Args:
        clean: one row per image, with `filepath`, `category`, `content_hash` and `original`.

    Returns:
        One row per file: `image`, a number from 1 that identical images share; `category`; and `file`, the
        path of the user's own file. Identical images follow each other; empty if there are none.
    """
    categories = clean.groupby("content_hash")["category"].transform("nunique")
    rows = clean[categories > 1]
    number = pd.factorize(rows["content_hash"])[0] + 1
    table = pd.DataFrame({"image": number, "category": rows["category"].to_numpy(), "file": originals(rows).to_numpy()})
    return table.sort_values(["image", "category", "file"], ignore_index=True)
