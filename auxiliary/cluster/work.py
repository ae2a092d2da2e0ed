"""What the tasks of a cluster do, in a process of their own."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from auxiliary.cluster.stage import staged
from auxiliary.cluster.task import FeatureParts, Training
from auxiliary.core import runtime
from auxiliary.project.project import Project
from auxiliary.training.feature_files import computed_together, parts_of
from auxiliary.training.job import Job
from auxiliary.training.train import train_job

# Seconds that a network drive may take to show what another machine has written.
PATIENCE, PAUSE = 90, 0.5


def do(work: FeatureParts | Training, project: Project, stage: Path | None) -> str:
    """Do the work of a task; how its training diverged, empty where it did not.

    Args:
        work: what to do.
        project: the opened profile.
        stage: a folder for copies of the images, see `auxiliary.cluster.stage`; None to read them in place.

    Raises:
        UserError: for anything that its user can mend.
    """
    if stage:
        project = staged(project, stage)
    return _train(work, project) if isinstance(work, Training) else _compute(work, project)


def _train(work: Training, project: Project) -> str:
    job = Job(project.experiments[work.key], work.seed, project)
    for needed in job.needed:
        wait_for(lambda run=needed.run: run.finished)
    return train_job(job, log=False).diverged


def _compute(work: FeatureParts, project: Project) -> str:
    # Without the messages of TensorFlow's first import.
    runtime.load()
    from auxiliary.networks.build import build_transfer
    from auxiliary.training.features import cached_features, extractor_of

    experiment = project.experiments[work.key].model_copy(update={"backbone": work.backbone})
    runtime.start(0, experiment.deterministic)
    weights = None if experiment.weights == "random" else "imagenet"
    extractor = extractor_of(build_transfer(experiment, len(project.categories), weights))
    images = computed_together(experiment, project)
    for split, number in work.parts:
        cached_features(extractor, experiment, parts_of(images[split])[number].df, project.paths.features)
    return ""


def wait_for(seen: Callable[[], bool]) -> bool:
    """Wait until something is seen that another machine has written, no longer than a network drive may take."""
    until = time.monotonic() + PATIENCE
    while not (found := seen()) and time.monotonic() < until:
        time.sleep(PAUSE)
    return found


def slim(project: Project) -> Project:
    """The same project without the tables that it has read: every worker reads them itself."""
    return replace(project)
