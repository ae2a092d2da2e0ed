"""Likely wrong labels of a profile's images, found with the cached features of a trained experiment."""

from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.progress import notify
from auxiliary.data.fixes.original_hashes import original_hashes
from auxiliary.data.fixes.suspects_file import newer_list
from auxiliary.data.tables import digest
from auxiliary.evaluation.label_issues import COLUMNS, SUSPECTS, suspect_labels
from auxiliary.project.project import Project
from auxiliary.training.cached_table import cached_table
from auxiliary.training.feature_files import images_of
from auxiliary.training.frozen_runs import NEEDED, FrozenRun, flat, frozen_runs, read_splits_of

# Of the table that is saved: the fingerprint of the file that was judged comes last.
AUDITED = [*COLUMNS, "original_hash"]


def suspects(project: Project) -> pd.DataFrame:
    """The suspect labels of a profile's images, computed once and cached in `suspects.csv`.

    They are judged with the features of the frozen, pre-trained experiment of the best validation accuracy. Training
    images that its `sampling` never drew are not judged. Prints how many labels are suspect, or why none was judged.

    Returns:
        As `suspect_labels`, with `original_hash` (see `original_hashes`); empty where no such experiment has been
        trained.
    """
    for frozen in frozen_runs(project):
        experiment, splits = frozen.experiment, images_of(frozen.experiment, project)
        images = pd.concat([df.assign(split=split) for split, df in splits.items()], ignore_index=True)
        suspicious = _judged(project, frozen, images)
        if suspicious is not None:
            print(f"{len(suspicious):,} of {len(images):,} labels are suspect, judged by the features of "
                  f"{experiment.backbone} (experiment {experiment.key}).")
            if newer := newer_list(project.paths.table("suspects"), project.paths.data / "suspects.csv"):
                notify(newer)
            return suspicious
    print(f"No label was judged: {NEEDED}")
    return pd.DataFrame(columns=AUDITED)


def _judged(project: Project, frozen: FrozenRun, images: pd.DataFrame) -> pd.DataFrame | None:
    """The suspect labels judged by a run's features; None where a file of features cannot be used."""
    def judge() -> pd.DataFrame | None:
        features = read_splits_of(frozen, images_of(frozen.experiment, project))
        if features is None:
            return None
        found = suspect_labels(np.concatenate(features), images)
        return found.assign(original_hash=original_hashes(found, project.paths))

    made_of = {"experiment": frozen.experiment.key, "fingerprint": _fingerprint(frozen, images, project.paths.data)}
    return cached_table(project, "suspects", made_of, "judging the labels of these images", judge)


def _fingerprint(frozen: FrozenRun, images: pd.DataFrame, folder: Path) -> str:
    """Fingerprint of all that the suspects depend on; file names hold those of images, backbone and weights."""
    where = images["filepath"].str.removeprefix(str(folder)) + " " + images["group"].astype(str)
    files = (file.name for each in frozen.files.values() for file in flat(each))
    return digest("\n".join([str(SUSPECTS), *files, *(where + " " + images["category"])]))
