"""What makes two runs the same run."""

import json
from typing import Any

from auxiliary.config.profile import Experiment, ScratchExperiment, TransferExperiment
from auxiliary.core.spec import parse_spec
from auxiliary.data.augment import AUGMENTATIONS
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.tables import digest
from auxiliary.networks.operations import OPERATIONS
from auxiliary.project.project import Project
from auxiliary.runs.run import Run

# To be raised by whoever changes how images are read, a run trained or measured, so that no old figure or feature
# passes for a new one; tests/training/test_golden.py notices when it should be.
PIPELINE = 5


# What a row says about itself without changing what is trained.
ABOUT = {"model_id", "key", "published_accuracy", "note", "seeds"}


def fingerprint(experiment: Experiment, seed: int | None, project: Project) -> str:
    """Identify a run by everything that its figures depend on, without loading TensorFlow.

    That is: the row with its lines written out in full, the seed, the images with their labels and
    division, the parent run, and the versions of the training pipeline and of the rule of what are twins.

    Args:
        row: what is trained.
        seed: its seed; None identifies what the runs of all seeds have in common.
        project: the open profile.

    Returns:
        12 hexadecimal digits.
    """
    parent = fingerprint(project.experiments[experiment.parent], seed, project) if experiment.parent else None
    matters = {
        "pipeline": PIPELINE, "seed": seed, "parent": parent, "experiment": _settings(experiment),
        "data": project.fingerprints, "twins": DUPLICATES,
    }
    return digest(json.dumps(matters, sort_keys=True))


def _settings(experiment: Experiment) -> dict[str, Any]:
    settings = experiment.model_dump(mode="json", exclude=ABOUT | {"parent"})
    settings["augment"] = repr(parse_spec(experiment.augment, AUGMENTATIONS, "augment"))
    if isinstance(experiment, ScratchExperiment):
        settings["net"] = repr(parse_spec(experiment.net, OPERATIONS, "net"))
    if isinstance(experiment, TransferExperiment):
        settings["head"] = repr(parse_spec(experiment.head, OPERATIONS, "head"))
    return settings


def find_run(experiment: Experiment, project: Project, seed: int) -> Run:
    """The run of a row and seed, finished or not."""
    return Run(project.paths.models / f"{experiment.slug}-{fingerprint(experiment, seed, project)}")
