"""How training ended: which jobs have no accuracy, because they diverged or were not trained."""

from collections.abc import Collection

from auxiliary.core.errors import Diverged, NotTrained
from auxiliary.runs.replacement import is_unfinished
from auxiliary.training.job import Job


def check_converged(jobs: Collection[Job]) -> None:
    """Check jobs that `train_all` or `run_jobs` has trained.

    Raises:
        Diverged: some diverged, or were not trained because a parent did; the message names all of them.
        NotTrained: some were not trained for another reason, which has been printed.
    """
    diverged = [f"{job.name} ({job.run.diverged})" for job in jobs if _has_diverged(job)]
    unfinished = [job for job in jobs if is_unfinished(job.run)]
    waiting = [job.name for job in unfinished if any(map(_has_diverged, job.parents))]
    others = [job.name for job in unfinished if job.name not in waiting]
    sentences = [f"these diverged, and no accuracy is claimed for them: {', '.join(diverged)}; lower their "
                 "learning_rate"] if diverged else []
    if waiting:
        sentences.append(f"not trained, because a parent or member diverged: {', '.join(waiting)}")
    if others:
        sentences.append(f"not trained, for the reasons above: {', '.join(others)}")
    if sentences:
        raise (NotTrained if others else Diverged)("; ".join(sentences))


def _has_diverged(job: Job) -> bool:
    return job.run.finished and bool(job.run.diverged)
