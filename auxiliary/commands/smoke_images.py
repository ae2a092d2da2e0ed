"""The few images of a smoke test, copied from the originals."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import pandas as pd

from auxiliary.data.entry import Entry
from auxiliary.data.fetch import fetch
from auxiliary.data.folders.folders import holds_categories
from auxiliary.data.layout import find_layout
from auxiliary.data.walk import walk
from auxiliary.project.project import Project


def images_per_class(fractions: Sequence[float]) -> int:
    """The number of images per class that `split` can always divide, however it rounds: 14 for 0.7, 0.2, 0.1."""
    _, *others = fractions
    return ceil(1 / min(fractions) + 1 / sum(others))


def find_originals(project: Project, spare: Path) -> Path:
    """The folder of the profile's original images; nothing in it is changed.

    Args:
        project: the opened profile.
        spare: folder into which missing images are fetched, in place of the project's own root.

    Raises:
        UserError: when they cannot be had.
    """
    filled = not project.paths.own and project.paths.raw.is_dir() and holds_categories(project.paths.raw)
    return fetch(project.paths if filled else replace(project.paths, root=spare), project.profile.source)


def copy_few(originals: Path, folder: Path, count: int, labels: Path | None = None) -> None:
    """Copy up to `count` images per class, spread evenly over its files in the order of their names.

    Where the publisher divided the images, `count` per class of each part. Files without a class are left out. Whether
    a file can be read is not checked here. Where a CSV file names the classes, the copy gets one too.

    Args:
        originals: one folder per class, or parts such as `train/` and `test/` with one folder per class each.
        folder: gets the copies, in folders of the same names.
        count: images per class, at least 1.
        labels: the CSV file that names the classes, if the user named one.
    """
    layout = find_layout(originals, labels)
    classes: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in walk(originals, layout):
        if not entry.error:
            classes[entry.publisher_split, entry.folder].append(entry)
    chosen = [entry for entries in classes.values() for entry in _spread(entries, count)]
    for entry in chosen:
        copy = folder / Path(entry.path).relative_to(originals)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.path, copy)
    if layout.label_files:
        _write_labels(chosen, originals, folder)


def _spread(entries: list[Entry], count: int) -> list[Entry]:
    if len(entries) <= count:
        return entries
    return [entries[number * len(entries) // count] for number in range(count)]


def _write_labels(entries: list[Entry], originals: Path, folder: Path) -> None:
    rows = [(Path(entry.path).relative_to(originals).as_posix(), entry.folder, entry.publisher_split)
            for entry in entries]
    columns = ["file_name", "label", *(["split"] if any(part for *_, part in rows) else [])]
    pd.DataFrame(rows, columns=["file_name", "label", "split"])[columns].to_csv(folder / "labels.csv", index=False)
