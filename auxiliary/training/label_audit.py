"""Likely wrong labels of a profile's images, found with the cached features of a trained experiment."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.config.profile import Experiment, TransferExperiment
from auxiliary.core.disk import locked
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.data.tables import digest, read_table, write_table
from auxiliary.evaluation.label_issues import COLUMNS, SUSPECTS, suspect_labels
from auxiliary.project.project import Project
from auxiliary.training.feature_files import feature_file, images_of, read_features
from auxiliary.training.job import Job


def suspects(project: Project) -> pd.DataFrame:
    """The suspect labels of a profile's images, computed once and cached in `suspects.csv`.

    They are judged with the features of the frozen, pre-trained experiment of the best validation accuracy. Training
    images that its `sampling` never drew are not judged. Prints how many labels are suspect, or why none was judged.

    Args:
        project: the opened profile.

    Returns:
        As `suspect_labels`; empty where no such experiment has been trained.

    Raises:
        UserError: when a file of cached features is damaged.
    """
    if (found := _best_frozen(project)) is None:
        print("No label was judged: that takes the cached features of a finished experiment with a frozen, pre-trained "
              "backbone, that is one with neither `tune_last` nor `weights: random`.")
        return pd.DataFrame(columns=COLUMNS)
    experiment, files = found
    images = pd.concat(
        [df.assign(split=split) for split, df in images_of(experiment, project).items()], ignore_index=True
    )
    table, record = project.paths.table("suspects"), project.paths.data / "suspects.json"
    made_of = (
        json.dumps({"experiment": experiment.key, "fingerprint": _fingerprint(files, images, project.paths.data)})
        + "\n"
    )
    # Another process may judge with another experiment, so the table is read before that one may write its own.
    with locked(table.with_name(f".{table.name}.lock")):
        if not (table.is_file() and record.is_file() and record.read_text(encoding="utf-8") == made_of):
            record.unlink(missing_ok=True)
            write_table(suspect_labels(_features(files, experiment, project), images), table)
            write_atomically(record, made_of)
        suspicious = read_table(table)
    print(
        f"{len(suspicious):,} of {len(images):,} labels are suspect, judged by the features of {experiment.backbone} "
        f"(experiment {experiment.key})."
    )
    return suspicious


def _best_frozen(project: Project) -> tuple[TransferExperiment, list[Path]] | None:
    """The frozen, pre-trained experiment of the best validation accuracy, and the files of its features."""
    found = []
    for experiment in (experiment for experiment in project.experiments.values() if _is_frozen(experiment, project)):
        images = images_of(experiment, project).values()
        for run in (Job(experiment, seed, project).run for seed in experiment.seeds):
            if run.finished:
                weights = run.recipe.get("features", "")
                files = [feature_file(project.paths.features, experiment, weights, df) for df in images]
                # They may have been deleted, or computed of augmented images only.
                if all(file.is_file() for file in files):
                    found.append((run.result.val_accuracy, experiment, files))
    return max(found, key=lambda each: each[0])[1:] if found else None


def _features(files: list[Path], experiment: TransferExperiment, project: Project) -> np.ndarray:
    """The features of the images of all splits, one split after the other."""
    cached = [
        read_features(file, len(df)) for file, df in zip(files, images_of(experiment, project).values(), strict=True)
    ]
    for file, features in zip(files, cached, strict=True):
        if features is None:
            raise UserError(
                f"the cached features {file} are damaged: delete the file and the folder of experiment "
                f"{experiment.key!r} in {project.paths.models}, then train it again"
            )
    return np.concatenate(cached)


def _is_frozen(experiment: Experiment, project: Project) -> bool:
    """Whether an experiment's backbone is pre-trained and was never tuned: a tuned one has seen the labels."""
    if not isinstance(experiment, TransferExperiment) or experiment.tune_last or experiment.weights == "random":
        return False
    return not experiment.parent or _is_frozen(project.experiments[experiment.parent], project)


def _fingerprint(files: list[Path], images: pd.DataFrame, folder: Path) -> str:
    """Fingerprint of all that the suspects depend on; file names hold those of images, backbone and weights."""
    where = images["filepath"].str.removeprefix(str(folder)) + " " + images["group"].astype(str)
    return digest("\n".join([str(SUSPECTS), *(file.name for file in files), *where]))
