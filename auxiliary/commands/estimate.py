"""Estimates of training time on this machine, within a factor of two."""

import time
from functools import lru_cache

import numpy as np

from auxiliary.config.profile import Experiment, ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.data.split_files import is_divided
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.costs import network_cost
from auxiliary.project.project import Project
from auxiliary.runs.replacement import current
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

# Speeds of networks relative to a plain matrix product, measured on two processor cores.
SCRATCH_SHARE, BACKBONE_SHARE = 0.5, 0.25
# Seconds to build, compile, save and evaluate a model.
FIXED = 6.0
# A backward pass costs about as much as two forward passes.
FORWARD_AND_BACK = 3


def estimate_seconds(experiment: Experiment, images: int) -> float:
    """Seconds that one training run takes, within a factor of two.

    Args:
        experiment: what to train.
        images: number of images: training, validation and test together.
    """
    if isinstance(experiment, ScratchExperiment):
        work = network_cost(experiment.net, (experiment.image_size, experiment.image_size, 3), classes=10).multiply_adds
        return FIXED + _seconds(work, SCRATCH_SHARE) * FORWARD_AND_BACK * images * experiment.epochs
    forward = _seconds(
        find_backbone(experiment.backbone).multiply_adds * (experiment.image_size / 224) ** 2, BACKBONE_SHARE
    )
    # Through a frozen backbone every image passes once; through a tuned one in every epoch, and back to the tuned
    # layers.
    back = FORWARD_AND_BACK if experiment.tune_last == "all" else 1.5
    passes = back * experiment.epochs if experiment.tune_last else 1
    return FIXED + forward * passes * images


def seconds_left(experiment: Experiment, project: Project, images: int) -> float | None:
    """Estimated seconds until all seeds of an experiment are trained.

    Args:
        experiment: an experiment of the project.
        project: the open profile.
        images: number of images; 0 where it is not known.

    Returns:
        0 where all runs are finished and none is to be trained anew, None where the number of images is not known.
    """
    if not images:
        return None
    # Without this split no run can have been trained.
    if not is_divided(project.profile.split, project.paths):
        return estimate_seconds(experiment, images) * len(experiment.seeds)
    runs = [current(Job(experiment, seed, project).run) for seed in experiment.seeds]
    left = [max(0, experiment.epochs - _epochs_done(run)) for run in runs if not run.finished]
    return sum(estimate_seconds(experiment.model_copy(update={"epochs": epochs}), images) for epochs in left)


def _epochs_done(run: Run) -> int:
    """Finished epochs of an unfinished run; 0 without a checkpoint or a readable history."""
    try:
        return int((run.history["phase"] == "own").sum()) if run.checkpoint.is_file() else 0
    except (UserError, KeyError):
        return 0


def _seconds(multiply_adds: float, share: float) -> float:
    return 2 * multiply_adds / (share * _speed())


@lru_cache(maxsize=1)
def _speed() -> float:
    """Floating-point operations per second of a float32 matrix product on all cores, measured in a moment."""
    side = 1024
    matrix = np.ones((side, side), np.float32)
    matrix @ matrix
    began = time.perf_counter()
    rounds = 8
    for _ in range(rounds):
        matrix @ matrix
    return 2 * side**3 * rounds / (time.perf_counter() - began)
