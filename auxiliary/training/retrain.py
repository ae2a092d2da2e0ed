"""`--retrain`: which finished runs are trained anew. They are marked first, so that an interrupted command goes on."""

from collections.abc import Collection, Iterable

from auxiliary.core.progress import notify
from auxiliary.data.splitting.split_files import is_divided
from auxiliary.project.project import Project
from auxiliary.runs.code import other_code
from auxiliary.runs.replacement import is_replaced, replace_later
from auxiliary.training.job import Job, jobs_of


def retrain_later(jobs: Collection[Job], project: Project) -> None:
    """Let the finished runs of some jobs be trained anew, by this process or the next one that trains them.

    So are their parents, where other code trained them, and the children of all these, selected or not. Where an
    earlier call has left some of these runs to train, only those are: an interrupted command goes on.

    Args:
        jobs: what is trained.
        project: the opened profile; without its images there are no runs.
    """
    if not is_divided(project.profile.split, project.paths):
        return
    if left := [job.name for job in jobs if is_replaced(job.run)]:
        notify(f"an earlier --retrain was interrupted and goes on with {', '.join(left)}: what it has trained stays")
        return
    outdated = [parent for job in jobs for parent in job.parents if parent.run.finished and other_code(parent.run)]
    for job in _with_children([*outdated, *jobs], project):
        if job.run.finished:
            replace_later(job.run)


def children_to_retrain(jobs: Collection[Job], project: Project) -> list[Job]:
    """The children of some jobs that are to be trained anew and are none of these jobs."""
    own = {job.run.id for job in jobs}
    return [job for job in _with_children(jobs, project) if job.run.id not in own and is_replaced(job.run)]


def _with_children(jobs: Iterable[Job], project: Project) -> list[Job]:
    """Jobs with their children and those of these, each once, parents first."""
    found = {job.run.id: job for job in jobs}
    # A parent stands before its children, a member before its ensemble.
    for job in jobs_of(project.experiments.values(), project):
        if any(needed.run.id in found for needed in job.needed):
            found.setdefault(job.run.id, job)
    return list(found.values())
