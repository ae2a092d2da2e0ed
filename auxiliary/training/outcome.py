"""How training ended: which experiments have no accuracy, because they or their parents diverged."""

from collections.abc import Iterable

from auxiliary.config.experiment import Experiment
from auxiliary.core.errors import Diverged
from auxiliary.project.project import Project
from auxiliary.runs.replacement import is_unfinished
from auxiliary.training.job import Job, jobs_of


def check_converged(experiments: Iterable[Experiment], project: Project) -> None:
    """Check experiments that `train_all` has trained.

    Raises:
        Diverged: some diverged, or were not trained because a parent did; the message names all of them.
    """
    jobs = jobs_of(experiments, project)
    diverged = [f"{job.name} ({job.run.diverged})" for job in jobs if _has_diverged(job)]
    waiting = [job.name for job in jobs if is_unfinished(job.run) and any(map(_has_diverged, job.parents))]
    sentences = [f"these diverged, and no accuracy is claimed for them: {', '.join(diverged)}; lower their "
                 "learning_rate"] if diverged else []
    if waiting:
        sentences.append(f"not trained, because a parent or member diverged: {', '.join(waiting)}")
    if sentences:
        raise Diverged("; ".join(sentences))


def _has_diverged(job: Job) -> bool:
    return job.run.finished and bool(job.run.diverged)
