"""The finished runs with a frozen, pre-trained backbone, whose cached features describe a profile's images."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.project.project import Project
from auxiliary.runs.run import Run
from auxiliary.training.feature_files import computed_together, feature_files
from auxiliary.training.feature_rows import Chosen, Features
from auxiliary.training.job import Job
from auxiliary.training.stored_features import read_side_by_side

# Of the cached features of a table: those of each backbone, one per part.
Files = list[list[Path]]
NEEDED = ("that takes the cached features of a finished experiment with a frozen, pre-trained backbone, that is one "
          "with neither `tune_last` nor `weights: random`.")


class FrozenRun(NamedTuple):
    """A finished run whose backbone is pre-trained and was never tuned.

    Attributes:
        run: the run.
        experiment: its experiment.
        together: the images of each split whose features were computed together, see `computed_together`.
        files: the files of their cached features.
    """

    run: Run
    experiment: TransferExperiment
    together: Mapping[str, pd.DataFrame]
    files: Mapping[str, Files]


def frozen_runs(project: Project) -> list[FrozenRun]:
    """The runs whose cached features are all there, the best validation accuracy first."""
    found = []
    for experiment in (experiment for experiment in project.experiments.values() if _is_frozen(experiment, project)):
        together = computed_together(experiment, project)
        for run in (Job(experiment, seed, project).run for seed in experiment.seeds):
            if run.finished and not run.diverged:
                weights = run.recipe.get("features", "")
                files = {split: feature_files(project.paths.features, experiment, weights, df)
                         for split, df in together.items()}
                # They may have been deleted, or computed of augmented images only.
                if all(file.is_file() for each in files.values() for file in flat(each)):
                    found.append(FrozenRun(run, experiment, together, files))
    return sorted(found, key=lambda each: each.run.result.val_accuracy, reverse=True)


def read_splits_of(frozen: FrozenRun, images: Mapping[str, pd.DataFrame]) -> list[Features] | None:
    """The cached features of some splits, in their order; None where a file of them cannot be used.

    Args:
        frozen: the run.
        images: the images of each split, as `images_of` gives them.
    """
    found = {split: read_side_by_side(frozen.files[split], frozen.together[split]) for split in images}
    if None in found.values():
        return None
    return [Chosen(features, pd.Index(frozen.together[split]["filepath"]).get_indexer(images[split]["filepath"]))
            for split, features in found.items()]


def flat(files: Files) -> Iterator[Path]:
    """All files of a table."""
    return chain.from_iterable(files)


def _is_frozen(experiment: Experiment, project: Project) -> bool:
    """Whether a backbone is pre-trained and was never tuned, for a tuned one has seen the labels; and is no refit."""
    if not isinstance(experiment, TransferExperiment) or experiment.refit:
        return False
    if experiment.tune_last or experiment.weights == "random":
        return False
    return not experiment.parent or _is_frozen(project.experiments[experiment.parent], project)
