"""A few pictures of every class, for a run that only tries whether everything works."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

from auxiliary.data.sources import fetch, holds_categories
from auxiliary.data.walk import walk
from auxiliary.errors import UserError
from auxiliary.lab import Lab


def enough(fractions: Sequence[float]) -> int:
    """How many pictures a class `split` surely divides, however its rounding falls: 14 for 0.7, 0.2, 0.1.

    Raises:
        UserError: for a share that is not positive.
    """
    _, *others = fractions
    if min(fractions) <= 0:
        raise UserError(f"fractions {fractions!r} must be positive and sum to 1, such as [0.7, 0.2, 0.1]")
    return ceil(1 / min(fractions) + 1 / sum(others))


def find_originals(lab: Lab, spare: Path) -> Path:
    """The folder of the profile's original pictures, of which nothing is changed.

    Args:
        lab: the open profile.
        spare: where pictures that are not there yet are fetched to, in place of the lab's own root.

    Raises:
        UserError: when they cannot be had.
    """
    filled = not lab.paths.own and lab.paths.raw.is_dir() and holds_categories(lab.paths.raw)
    return fetch(lab.paths if filled else replace(lab.paths, root=spare), lab.profile.source)


def copy_few(originals: Path, folder: Path, count: int) -> None:
    """Copy up to `count` pictures a class, spread evenly over its files in the order of their names.

    Where the publisher fixed the test set, as many of each part. What lies outside every class is left out;
    whether a file can be read shows later.

    Args:
        originals: a folder a category, or `train/` and `test/` with a folder a category each.
        folder: gets the copies, in folders as they were.
        count: pictures a class, at least 1.
    """
    classes: defaultdict[tuple[str, str], list[Path]] = defaultdict(list)
    for entry in walk(originals):
        if not entry.problem:
            classes[entry.part, entry.folder].append(Path(entry.path))
    for files in classes.values():
        for file in _spread(files, count):
            copy = folder / file.relative_to(originals)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def _spread(files: list[Path], count: int) -> list[Path]:
    if len(files) <= count:
        return files
    return [files[number * len(files) // count] for number in range(count)]
