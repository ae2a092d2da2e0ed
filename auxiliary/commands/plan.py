"""What a run of a profile is going to train, and how long that takes."""

import time
from functools import lru_cache
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from auxiliary.config.profile import Experiment, ScratchExperiment
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.split_files import is_divided
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.costs import total
from auxiliary.project.project import Project
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

# Shares of a plain matrix product's speed that networks were seen to reach on two processor cores.
SCRATCH_SHARE, BACKBONE_SHARE = 0.5, 0.25
# Building, compiling, saving and evaluating a model, in seconds.
FIXED = 6.0
# A backward pass costs about as much as two forward ones.
FORWARD_AND_BACK = 3


def estimate_seconds(experiment: Experiment, images: int) -> float:
    """Seconds that training a row takes, give or take a factor of two.

    Args:
        row: what to train.
        images: how many images there are, training, validation and test together.
    """
    if isinstance(experiment, ScratchExperiment):
        work = total(experiment.net, (experiment.image_size, experiment.image_size, 3), classes=10).multiply_adds
        return FIXED + _seconds(work, SCRATCH_SHARE) * FORWARD_AND_BACK * images * experiment.epochs
    forward = _seconds(
        find_backbone(experiment.backbone).multiply_adds * (experiment.image_size / 224) ** 2, BACKBONE_SHARE
    )
    # Frozen, every image passes once; tuned, in every epoch, and back through the layers that are tuned.
    back = FORWARD_AND_BACK if experiment.tune_last == "all" else 1.5
    passes = back * experiment.epochs if experiment.tune_last else 1
    return FIXED + forward * passes * images


def _seconds(multiply_adds: float, share: float) -> float:
    return 2 * multiply_adds / (share * _speed())


@lru_cache(maxsize=1)
def _speed() -> float:
    """Floating-point operations a second of a float32 matrix product on all cores, measured in a moment."""
    side = 1024
    matrix = np.ones((side, side), np.float32)
    matrix @ matrix
    began = time.perf_counter()
    rounds = 8
    for _ in range(rounds):
        matrix @ matrix
    return 2 * side**3 * rounds / (time.perf_counter() - began)


def has_work(console: Console, project: Project, notebook: Path) -> bool:
    """Whether a notebook has rows to train, or needs none; says so where it has not."""
    experiments = _experiments(project, notebook)
    if experiments == ():
        console.print(f"{notebook.stem} is left out: it has no rows to train", highlight=False)
    return experiments != ()


def announce(console: Console, project: Project, notebooks: list[Path]) -> None:
    """Say which rows some notebooks are going to train, and how long that will take."""
    known = DATA_SETS.get(project.profile.dataset)
    console.print(
        known.about if known else f"{project.paths.dataset}: the images in {project.paths.own}", highlight=False
    )
    stages = {experiment.stage for notebook in notebooks for experiment in _experiments(project, notebook) or ()}
    experiments = [experiment for experiment in project.with_parents if experiment.stage in stages]
    if not experiments:
        return
    table = Table(Column("experiment", overflow="fold"), "network", "epochs", "about", title="To train")
    images = _images(project)
    seconds = {experiment.key: remaining(experiment, project, images) for experiment in experiments}
    for experiment in experiments:
        table.add_row(
            experiment.key,
            getattr(experiment, "backbone", experiment.network),
            str(experiment.epochs),
            _duration(seconds[experiment.key]),
        )
    console.print(table)
    if not images:
        console.print("How long that takes is known once the images are here.")
    elif whole := sum(filter(None, seconds.values())):
        console.print(f"About {_duration(whole)} of training on this machine, give or take a factor of two.",
                      highlight=False)


def remaining(experiment: Experiment, project: Project, images: int) -> float | None:
    """Seconds that a row will still take, all its seeds; 0 where it is finished, None where nobody can tell."""
    if not images:
        return None
    # Without images divided in this way there is nothing that a run could have been trained on.
    if not is_divided(project.profile.split, project.paths):
        return estimate_seconds(experiment, images) * len(experiment.seeds)
    runs = [Job(experiment, seed, project).run for seed in experiment.seeds]
    left = [max(0, experiment.epochs - _epochs_done(run)) for run in runs if not run.finished]
    return sum(estimate_seconds(experiment.model_copy(update={"epochs": epochs}), images) for epochs in left)


def _epochs_done(run: Run) -> int:
    """After how many epochs an unfinished run goes on; 0 where it starts from the beginning or nobody can tell."""
    try:
        return int((run.history["phase"] == "own").sum()) if run.checkpoint.is_file() else 0
    except (OSError, ValueError, KeyError):
        return 0


def _images(project: Project) -> int:
    """How many images there are, or will be as far as one can tell; 0 where one cannot."""
    if project.paths.raw.is_dir():
        return sum(path.is_file() for path in project.paths.raw.rglob("*"))
    return 0 if project.profile.source else DATA_SETS[project.profile.dataset].images


def _duration(seconds: float | None) -> str:
    if not seconds:
        return "?" if seconds is None else "read back"
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"


def _experiments(project: Project, notebook: Path) -> tuple[Experiment, ...] | None:
    """The rows that a notebook trains; None where it trains none by design."""
    return {"02": project.profile.scratch, "03": project.profile.transfer}.get(notebook.name[:2])
