"""The fingerprint that decides whether two runs are the same run."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.reading.inspect_files import hash_of
from auxiliary.data.tables import digest
from auxiliary.networks.hub_names import check_preset, preset_files, preset_folder, presets_of
from auxiliary.project.project import Project
from auxiliary.project.specs import parsed_specs

# Raise it when you change how images are read, or how a run is trained or evaluated, so that no old figures or
# features pass for new ones; tests/training/test_golden.py fails when it should be raised.
# 8: one operation updates a weight, see `auxiliary.training.fused_optimizers`.
PIPELINE = 8

# Remarks of an experiment, which change neither what is trained nor what it is called.
REMARKS = {"published_accuracy", "note", "seeds"}


def fingerprint(experiment: Experiment, seed: int | None, project: Project) -> str:
    """Identify a run by its names and by everything that its figures depend on, without loading TensorFlow.

    That is: the experiment with its key and `model_id`, its specs in a normal form; the seed; the images, their labels
    and their split; the parent or the members; the version of the training pipeline; the version of the rule that
    finds near-duplicates; for a network with a backbone also the images before label fixes, where there are some; and
    the files of a preset of KerasHub in a folder. The names count because the result holds them: a run is never shown
    under another name.

    Args:
        experiment: what is trained.
        seed: its seed; None gives the fingerprint that the runs of all its seeds share.
        project: the opened profile.

    Returns:
        `h` and 12 hexadecimal digits.
    """
    parent = fingerprint(project.experiments[experiment.parent], seed, project) if experiment.parent else None
    matters = {
        "pipeline": PIPELINE, "seed": seed, "parent": parent, "experiment": _settings(experiment),
        "images": project.fingerprints, "duplicates": DUPLICATES,
    }
    if project.categories != sorted(project.categories):
        # Names with numbers once had their labels in alphabetical order; those of all other runs follow from the names.
        matters["categories"] = project.categories
    if isinstance(experiment, Ensemble):
        matters["members"] = [fingerprint(project.experiments[key], seed, project) for key in experiment.ensemble]
    if isinstance(experiment, TransferExperiment) and project.before_fixes:
        # Their features are computed together, see `auxiliary.training.feature_files`.
        matters["before_fixes"] = project.fingerprints_before_fixes
    if folders := preset_hashes(experiment):
        matters["presets"] = folders
    return digest(json.dumps(matters, sort_keys=True))


def preset_hashes(experiment: Experiment) -> dict[str, dict[str, str]]:
    """The hashes of the files in each folder that an experiment names as a preset of KerasHub, by the backbone's name.

    Raises:
        UserError: a folder is gone.
    """
    hashes = {}
    for name in presets_of(getattr(experiment, "backbone", "")):
        if folder := preset_folder(name):
            check_preset(name)
            hashes[name] = {file.name: _hash_of(file, file.stat().st_mtime_ns) for file in preset_files(folder)}
    return hashes


@cache
def _hash_of(file: Path, _changed: int) -> str:
    """The hash of a file of that time of change: reading weights again for every run would take long."""
    return hash_of(file)


def _settings(experiment: Experiment) -> dict[str, Any]:
    settings = experiment.model_dump(mode="json", exclude=REMARKS | {"parent"})
    return settings | {name: repr(operations) for name, operations in parsed_specs(experiment).items()}
