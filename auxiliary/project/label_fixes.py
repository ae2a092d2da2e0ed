"""Applies the label fixes of a profile to its images, and says what became of them."""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few, listed, short
from auxiliary.data.fixes.apply_fixes import (
    APPLIED,
    CHANGED,
    GONE,
    KEPT,
    LEFT_OUT,
    RELABELLED,
    check_classes,
    in_overview,
    judged,
    numbered,
    relabelled,
)
from auxiliary.data.fixes.original_hashes import original_hashes
from auxiliary.data.splitting.split import Frames
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.project.project import Project

NAMED = 5
# A class that loses more than this share of its images is named.
MUCH = 0.5


def fix_labels(project: Project, overview: pd.DataFrame, clean: pd.DataFrame,
               splits: Frames) -> tuple[pd.DataFrame, pd.DataFrame, Frames]:
    """Lay the label fixes of a profile over its images, which are split by their own labels; files stay as they are.

    So no image changes its split. Prints how many labels were changed, and which fixes were skipped; the table
    `applied-fixes` lists all of them. It and the overview are saved.

    Args:
        project: the opened profile.
        overview: all files, as `drop_small_classes` gives them.
        clean: all usable images, as `add_duplicate_groups` gives them.
        splits: the training, validation and test images, as `split` gives them.

    Returns:
        All three with the fixes: images have another `category`, or are left out, which the overview gives as their
        `error`; `label` numbers all classes anew. Without fixes all are as they were.

    Raises:
        UserError: a label is that of no class, or a split is left without a class.
    """
    if not project.fixes.rows:
        return overview, clean, splits
    before = dict(zip(SPLITS, splits, strict=True))
    hashes = dict(zip(clean["original"], original_hashes(clean, project.paths), strict=True))
    table = judged(project.fixes, before, hashes, project.profile.allow_new_classes)
    fixed, fixed_clean = {name: relabelled(df, table) for name, df in before.items()}, relabelled(clean, table)
    check_classes(before, fixed, project.fixes)
    _notify(table, clean, fixed_clean)
    overview = in_overview(overview, project.paths.raw, table)
    project.save_table(overview, "overview")
    project.save_table(table, APPLIED)
    fixed_clean, train, val, test = numbered([fixed_clean, *fixed.values()], fixed_clean)
    return overview, fixed_clean, (train, val, test)


def _notify(table: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> None:
    notify(f"label fixes: {fixes_sentence(table)}")
    for outcome in (GONE, CHANGED):
        names = table.loc[table["outcome"] == outcome, "original"].tolist()
        if names:
            notify(f"label fixes {outcome}: {first_few([short(name, 80) for name in names], NAMED)}")
    for name, lost in losses(before, after).items():
        notify(f"label fixes: the class {short(name)!r} loses {lost}")


def fixes_sentence(table: pd.DataFrame) -> str:
    """How many labels were changed, and in which splits.

    Args:
        table: the table `applied-fixes`, see `judged`.
    """
    counts = table["outcome"].value_counts()
    changed, out, kept = (int(counts.get(outcome, 0)) for outcome in (RELABELLED, LEFT_OUT, KEPT))
    parts = [f"{counted(changed, 'label')} changed{_where(table, RELABELLED)}",
             f"{counted(out, 'image')} left out{_where(table, LEFT_OUT)}"]
    parts += [f"{counted(kept, 'label')} kept"] if kept else []
    parts += [f"{counted(skipped, 'fix', 'fixes')} skipped"] if (skipped := len(table) - changed - out - kept) else []
    return f"{', '.join(parts)}."


def _where(table: pd.DataFrame, outcome: str) -> str:
    """In which splits there is an outcome, such as ` (12 train, 1 test)`; "" where there is none."""
    counts = table.loc[table["outcome"] == outcome, "split"].value_counts()
    said = [f"{counts[name]:,} {name}" for name in SPLITS if name in counts]
    return f" ({listed(said, len(SPLITS))})" if said else ""


def losses(before: pd.DataFrame, after: pd.DataFrame) -> Mapping[str, str]:
    """What each class loses that loses more than half of its images, such as `30 of 40 images`."""
    own, now = before["category"].value_counts(), after["category"].value_counts()
    lost = {name: count - now.get(name, 0) for name, count in own.items()}
    return {name: f"{number:,} of {counted(own[name], 'image')}" for name, number in lost.items()
            if number > MUCH * own[name]}
