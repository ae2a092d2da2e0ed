"""Lays label fixes over the labels of images that are split already, so that no image changes its split."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, beginning
from auxiliary.core.text import first_few, short
from auxiliary.data.clean import class_numbers
from auxiliary.data.fixes.fixes_file import LEAVE_OUT, NAMED, LabelFix, LabelFixes, lines_of
from auxiliary.data.folders.part_names import IN_WORDS

# The table of a profile's fixes and what became of each, beside the tables of the split.
APPLIED = "applied-fixes"
RELABELLED, LEFT_OUT, KEPT = "relabelled", "left out", "kept"
GONE, CHANGED = "skipped: no usable image of this path", "skipped: the image changed since"
# Of the table of fixes that `judged` makes.
COLUMNS = ["original", "category", "new_label", "original_hash", "outcome", "split", "filepath", "content_hash", "line"]


def judged(fixes: LabelFixes, splits: Mapping[str, pd.DataFrame], hashes: Mapping[str, str],
           new_classes: bool = False) -> pd.DataFrame:
    """What becomes of each fix.

    Args:
        fixes: those of a file.
        splits: the images of each split, with their own labels.
        hashes: the fingerprint of the user's own file by its path, as `original_hashes` gives it.
        new_classes: whether a label may be that of no class so far.

    Returns:
        One row per fix: its fields; `category` (the image's own label), `outcome` (one of the above), `split`, and
        `filepath` and `content_hash` of the processed image; text is "" for an image that is gone.

    Raises:
        UserError: a label is that of no class; the rows are listed, with the nearest class.
    """
    images = pd.concat([df.assign(split=name) for name, df in splits.items()])
    classes = set(images["category"])
    if LEAVE_OUT in classes:
        raise UserError(f"{LEAVE_OUT!r} leaves an image out, and it is the name of a class here: rename that class")
    rows = images.set_index("original")[["category", "split", "filepath", "content_hash"]]
    table = pd.DataFrame([fix._asdict() for fix in fixes.rows]).join(rows, on="original").fillna("")
    known = [_outcome(fix, category, hashes.get(fix.original, ""))
             for fix, category in zip(fixes.rows, table["category"], strict=True)]
    if not new_classes:
        _check_labels([fix for fix, outcome in zip(fixes.rows, known, strict=True) if outcome == RELABELLED], classes,
                      fixes)
    return table.assign(outcome=known)[COLUMNS]


def _outcome(fix: LabelFix, category: str, own_hash: str) -> str:
    """What becomes of a fix; the image's own label is "" where there is none."""
    if not category:
        return GONE
    if fix.original_hash and fix.original_hash != own_hash:
        return CHANGED
    if fix.new_label == LEAVE_OUT:
        return LEFT_OUT
    return KEPT if fix.new_label == category else RELABELLED


def _check_labels(rows: Sequence[LabelFix], classes: set[str], fixes: LabelFixes) -> None:
    bad = [fix for fix in rows if fix.new_label not in classes]
    if not bad:
        return
    names = dict.fromkeys(fix.new_label for fix in bad)
    raise UserError(f"{fixes.path}: {first_few([_unknown(name, classes) for name in names], NAMED)}; see "
                    f"{lines_of(bad)}; correct {'it' if len(bad) == 1 else 'them'}, or allow new classes: "
                    "`-p allow_new_classes true`")


def _unknown(name: str, classes: set[str]) -> str:
    similar = difflib.get_close_matches(name, sorted({*classes, LEAVE_OUT}), n=1, cutoff=0.5)
    return f"{short(name)!r} is no class" + (f" (did you mean {similar[0]!r}?)" if similar else "")


def relabelled(images: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Images with the fixes of a table: some with another `category`, and without those that are left out.

    Args:
        images: with `original` and `category`, in an order that stays.
        table: what `judged` gives.
    """
    out = table.loc[table["outcome"] == LEFT_OUT, "original"]
    return with_labels(images[~images["original"].isin(out)].reset_index(drop=True), table, "new_label")


def in_overview(overview: pd.DataFrame, raw: Path, table: pd.DataFrame) -> pd.DataFrame:
    """The overview of all files with the fixes of a table: images that are left out have an `error`.

    Args:
        overview: what `catalogue(raw)` found.
        raw: the folder that was catalogued.
        table: what `judged` gives.
    """
    below = beginning(absolute(raw))
    files = [file.removeprefix(below).replace(os.sep, "/") for file in overview["filepath"]]
    named = with_labels(overview.assign(original=files), table, "new_label")
    out = named["original"].isin(table.loc[table["outcome"] == LEFT_OUT, "original"])
    return named.drop(columns="original").assign(error=named["error"].mask(out, "left out by a label fix"))


def with_labels(images: pd.DataFrame, table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Images with the labels of a table's column in place of theirs, where the table relabels them.

    Args:
        images: with `original` and `category`.
        table: what `judged` gives.
        column: `new_label`, or `category` for the images' own labels.
    """
    rows = table[table["outcome"] == RELABELLED]
    labels = dict(zip(rows["original"], rows[column], strict=True))
    named = zip(images["original"], images["category"], strict=True)
    return images.assign(category=pd.Series([labels.get(name, own) for name, own in named], images.index, dtype="str"))


def numbered(tables: Sequence[pd.DataFrame], images: pd.DataFrame) -> list[pd.DataFrame]:
    """Tables with the `label` that each category has among those of some images."""
    numbers = class_numbers(images["category"])
    return [df.assign(label=np.array([numbers[name] for name in df["category"]], "int64")) for df in tables]


def check_classes(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], fixes: LabelFixes) -> None:
    """Refuse fixes that leave a split without one of the classes, those before and those after.

    Raises:
        UserError: with the classes, the splits that lack them, and how many images each had before.
    """
    counts, own = ({name: df["category"].value_counts() for name, df in splits.items()} for splits in (after, before))
    classes = sorted({*pd.concat(before.values())["category"], *pd.concat(after.values())["category"]})
    lacking = [f"{short(category)} in the {IN_WORDS[split]} set (before: {own[split].get(category, 0):,})"
               for category in classes for split in after if category not in counts[split]]
    if lacking:
        raise UserError(f"with the fixes of {fixes.path} there is no image of {first_few(lacking, NAMED)}, and each "
                        "class needs one in each set: relabel and leave out fewer of its images, or give its name to "
                        "more")
