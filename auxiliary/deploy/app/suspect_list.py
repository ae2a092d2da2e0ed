"""The suspect labels of a data set as the page shows them, and what a user chooses for each."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import is_file_below
from auxiliary.core.paths import Paths
from auxiliary.core.text import printable
from auxiliary.data.fixes.apply_fixes import APPLIED
from auxiliary.data.fixes.fixes_file import LEAVE_OUT
from auxiliary.deploy.app.chosen_labels import HEADER, ChosenLabels
from auxiliary.project.open import open_newest
from auxiliary.reporting.image_tiles import tile

SIDE = 320      # of the image, in pixels


class SuspectList:
    """The suspect labels of a data set, the most suspicious first.

    Args:
        table: the table `suspects` with at least one row; its `filepath` names processed images.
        categories: the names of the classes, in the order of their labels.
        folder: the folder `data/<dataset>`.
        applied: the table `applied-fixes`; None where no label was fixed.

    Attributes:
        categories: as above.
        path: the file that choices are written to.
    """

    def __init__(self, table: pd.DataFrame, categories: Sequence[str], folder: Path,
                 applied: pd.DataFrame | None = None) -> None:
        self._table, self.categories, self._images = table, list(categories), folder / "processed"
        self._chosen = ChosenLabels(folder, [] if applied is None else applied[HEADER].to_numpy().tolist())
        self.path = self._chosen.path

    def __len__(self) -> int:
        return len(self._table)

    def row(self, place: int) -> pd.Series:
        """The row at a place, from 0: `original`, `category`, `suggested`, `confidence`, `split`, `original_hash`."""
        return self._table.iloc[place]

    def image(self, place: int) -> np.ndarray | None:
        """The processed image at a place, (320, 320, 3) uint8; None where it is gone, `UserError` if damaged."""
        file = self.row(place)["filepath"]
        return tile(file, SIDE) if is_file_below(file, [self._images]) else None

    def chosen(self) -> dict[str, str]:
        """What was chosen, by the path of the user's own file; `UserError` where the file is no such table."""
        return self._chosen.read()

    def keep(self, place: int, _category: str = "") -> None:
        """Choose the label that an image has."""
        self._choose(place, self.row(place)["category"])

    def relabel(self, place: int, category: str) -> None:
        """Choose one of the classes for an image; `UserError` where it is none."""
        if category not in self.categories:
            raise UserError(f"there is no class {category!r}: choose one of the list")
        self._choose(place, category)

    def leave_out(self, place: int, _category: str = "") -> None:
        """Choose to leave an image out."""
        self._choose(place, LEAVE_OUT)

    def _choose(self, place: int, label: str) -> None:
        row = self.row(place)
        self._chosen.choose(row["original"], label, row["original_hash"])


def suspect_lists(root: Path, data_sets: Collection[str]) -> dict[str, SuspectList]:
    """The suspect labels of each data set whose newest images were judged; others, and empty ones, are left out."""
    lists = {}
    for name in data_sets:
        if not Paths(root, name).data.joinpath("suspects.csv").is_file():
            continue
        try:
            project = open_newest(name, root)
            if project.paths.table("suspects").is_file() and len(table := project.table("suspects")):
                applied = project.table(APPLIED) if project.paths.fixes else None
                lists[name] = SuspectList(project.with_own_images(table), project.categories, project.paths.data,
                                          applied)
        except UserError as error:
            print(printable(f"no suspect labels of {name}: {error}"))
    return lists
