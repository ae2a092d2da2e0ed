"""Likely wrong labels of a profile's images, found with the cached features of a trained experiment."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked
from auxiliary.data.splitting.split_files import copy_tables
from auxiliary.data.tables import digest
from auxiliary.evaluation.label_issues import COLUMNS, SUSPECTS, suspect_labels
from auxiliary.project.project import Project
from auxiliary.training.feature_files import feature_files, images_of
from auxiliary.training.job import Job
from auxiliary.training.stored_features import read_side_by_side

# Of the cached features of a table: those of each backbone, one per part.
Files = list[list[Path]]


def suspects(project: Project) -> pd.DataFrame:
    """The suspect labels of a profile's images, computed once and cached in `suspects.csv`.

    They are judged with the features of the frozen, pre-trained experiment of the best validation accuracy. Training
    images that its `sampling` never drew are not judged. Prints how many labels are suspect, or why none was judged.

    Args:
        project: the opened profile.

    Returns:
        As `suspect_labels`; empty where no such experiment has been trained.
    """
    for experiment, files in frozen_experiments(project):
        splits = images_of(experiment, project)
        images = pd.concat([df.assign(split=split) for split, df in splits.items()], ignore_index=True)
        suspicious = _judged(project, experiment, files, images)
        if suspicious is not None:
            print(f"{len(suspicious):,} of {len(images):,} labels are suspect, judged by the features of "
                  f"{experiment.backbone} (experiment {experiment.key}).")
            return suspicious
    print("No label was judged: that takes the cached features of a finished experiment with a frozen, pre-trained "
          "backbone, that is one with neither `tune_last` nor `weights: random`.")
    return pd.DataFrame(columns=COLUMNS)


def frozen_experiments(project: Project) -> list[tuple[TransferExperiment, list[Files]]]:
    """The finished frozen, pre-trained experiments whose cached features are there, best validation accuracy first.

    Returns:
        Each with the files of its features, those of each split; of training images, of the images as they are.
    """
    found = []
    for experiment in (experiment for experiment in project.experiments.values() if _is_frozen(experiment, project)):
        images = images_of(experiment, project).values()
        for run in (Job(experiment, seed, project).run for seed in experiment.seeds):
            if run.finished and not run.diverged:
                weights = run.recipe.get("features", "")
                files = [feature_files(project.paths.features, experiment, weights, df) for df in images]
                # They may have been deleted, or computed of augmented images only.
                if all(file.is_file() for file in _flat(files)):
                    found.append((run.result.val_accuracy, experiment, files))
    return [each[1:] for each in sorted(found, key=lambda each: each[0], reverse=True)]


def _judged(project: Project, experiment: TransferExperiment, files: list[Files],
            images: pd.DataFrame) -> pd.DataFrame | None:
    """The suspect labels judged by an experiment's features; None where a file of features cannot be used."""
    table, record = project.paths.table("suspects"), project.paths.tables / "suspects.json"
    made_of = {"experiment": experiment.key, "fingerprint": _fingerprint(files, images, project.paths.data)}
    # Another process may judge with another experiment, so the table is read before that one may write its own.
    with locked(table.with_name(f".{table.name}.lock"), "judging the labels of these images"):
        if not _is_cached(table, record, made_of):
            splits = images_of(experiment, project).values()
            features = [read_side_by_side(*each) for each in zip(files, splits, strict=True)]
            if None in features:
                return None
            record.unlink(missing_ok=True)
            project.save_table(suspect_labels(np.concatenate(features), images), "suspects")
            write_atomically(record, json.dumps(made_of | {"table": digest(table.read_bytes())}) + "\n")
            copy_tables(project.paths)
        return project.table("suspects")


def _is_cached(table: Path, record: Path, made_of: Mapping[str, str]) -> bool:
    """Whether a table of suspects was made of the same, and is as it was written."""
    try:
        return json.loads(record.read_bytes()) == made_of | {"table": digest(table.read_bytes())}
    except (OSError, ValueError):
        return False


def _is_frozen(experiment: Experiment, project: Project) -> bool:
    """Whether a backbone is pre-trained and was never tuned, for a tuned one has seen the labels; and is no refit."""
    if not isinstance(experiment, TransferExperiment) or experiment.refit:
        return False
    if experiment.tune_last or experiment.weights == "random":
        return False
    return not experiment.parent or _is_frozen(project.experiments[experiment.parent], project)


def _flat(files: list[Files]) -> Iterator[Path]:
    """All files of several tables."""
    return chain.from_iterable(chain.from_iterable(files))


def _fingerprint(files: list[Files], images: pd.DataFrame, folder: Path) -> str:
    """Fingerprint of all that the suspects depend on; file names hold those of images, backbone and weights."""
    where = images["filepath"].str.removeprefix(str(folder)) + " " + images["group"].astype(str)
    return digest("\n".join([str(SUSPECTS), *(file.name for file in _flat(files)), *where]))
