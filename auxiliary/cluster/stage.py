"""Copies of prepared images on a worker's own disk, so that a network drive is read once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from auxiliary.core.files import replacing
from auxiliary.core.progress import track
from auxiliary.core.resources import check_disk
from auxiliary.data.tables import contents_fingerprint
from auxiliary.project.project import Project


def staged(project: Project, folder: Path) -> Project:
    """The same project, whose images are read from copies; those that are missing are made first.

    Copies are named by their content, so workers and projects can share the folder. Whoever reads one compares its
    bytes with the table, as those of any image.

    Args:
        project: the opened profile, its images prepared.
        folder: on a disk of this machine; made if need be.

    Raises:
        UserError: the disk has not enough space, or cannot be written.
    """
    project = replace(project, copies=folder)
    images = pd.concat([project.train, project.val, project.test, *project.before_fixes.values()])
    images = images.drop_duplicates("copy").sort_values("content_hash")
    complete = folder / f"{contents_fingerprint(images)}.complete"
    if not complete.is_file():
        _copy(images)
        complete.touch()
    return project


def _copy(images: pd.DataFrame) -> None:
    """Copy the images of a table that have no copy yet."""
    missing = images[[not Path(copy).is_file() for copy in images["copy"]]]
    if missing.empty:
        return
    check_disk(Path(missing["copy"].iloc[0]).parent, int(missing["bytes"].sum()), "copies of the images take")
    for image in track(missing.itertuples(), "copies of the images", len(missing), "image"):
        with replacing(Path(image.copy), sync=False) as temporary:
            shutil.copyfile(image.filepath, temporary)
