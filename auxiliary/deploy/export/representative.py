"""The training images that show what values pass through a network, which an int8 export has to know."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import PREPARE, UserError
from auxiliary.core.files import is_file_below
from auxiliary.data.images import Images
from auxiliary.data.splitting.split_record import RECORD, read_record
from auxiliary.data.tables import spread
from auxiliary.deploy.split_table import find_table
from auxiliary.runs.run import Run

IMAGES = 200    # at most


def representative_images(run: Run, size: int, folders: Collection[Path]) -> np.ndarray:
    """Up to 200 of a run's own training images, the same number of each class; always the same ones.

    Args:
        run: the finished run.
        size: side of the images in pixels.
        folders: the folders `data/<dataset>/processed` that may hold them.

    Returns:
        (N, size, size, 3) uint8 in RGB.

    Raises:
        UserError: they are not here, not as they were, or the data set's images have changed since.
    """
    chosen = _of_each_class(_training_table(run, folders))
    if not all(is_file_below(file, folders) for file in chosen["filepath"]):
        raise _missing(run)
    return Images(chosen, size, cache=False)[np.arange(len(chosen))]


def _training_table(run: Run, folders: Collection[Path]) -> pd.DataFrame:
    """The table of the images that the run was trained on."""
    table = find_table(run, "train", folders)
    if table is None:
        raise _changed(run) if _has_others(run, folders) else _missing(run)
    return table


def _has_others(run: Run, folders: Collection[Path]) -> bool:
    """Whether the data set's images were prepared and split as for the run: then they are other images by now."""
    recipe = run.recipe
    for folder in folders:
        for path in folder.glob(f"*/*/{RECORD}") if folder.parent.name == recipe["dataset"] else ():
            with suppress(UserError):    # a damaged record tells nothing
                made = read_record(path.parent)
                if (made.image_size, made.split.model_dump(mode="json")) == (recipe["image_size"], recipe["split"]):
                    return True
    return False


def _of_each_class(table: pd.DataFrame) -> pd.DataFrame:
    classes = table["category"].nunique()
    parts = [rows.iloc[spread(len(rows), max(1, IMAGES // classes))] for _, rows in table.groupby("category")]
    chosen = pd.concat(parts)
    return chosen.iloc[spread(len(chosen), IMAGES)]


def _changed(run: Run) -> UserError:
    return UserError(f"--int8 needs the images that {run.id} was trained on, and the images of {run.result.dataset} "
                     "have changed since: train it again on the present ones, or export a run of these")


def _missing(run: Run) -> UserError:
    return UserError(f"--int8 needs the images that {run.id} was trained on, and they are not here: name their root "
                     f"with --root, or prepare them again, split as they were ({PREPARE})")
