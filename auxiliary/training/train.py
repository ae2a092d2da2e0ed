"""Trains an experiment, or reads its run back: the only place that decides whether a run has been done."""

from dataclasses import replace
from math import isnan

from auxiliary.config.experiment import Experiment
from auxiliary.core import runtime
from auxiliary.core.errors import Diverged
from auxiliary.core.progress import notify
from auxiliary.project.project import Project
from auxiliary.runs.replacement import current, is_replaced, is_unfinished, remove_old, replace_now
from auxiliary.runs.results_csv import log_result, read_results
from auxiliary.runs.run import Run
from auxiliary.training.job import Job
from auxiliary.training.trackers.trackers import Trackers, open_trackers


def train_and_evaluate(experiment: Experiment, project: Project, seed: int = 0, label: str = "") -> Run:
    """Train, evaluate and log one experiment, unless that has been done.

    A finished run is read back without loading TensorFlow. An interrupted run goes on after its last whole epoch. A
    parent without a finished run is trained first, and so are the members of an ensemble. The test images are evaluated
    once, after training.

    Args:
        experiment: what to train.
        project: the opened profile; notebook 01 has prepared its images.
        seed: seed of weights, order, augmentation and dropout, from 0 to 2**32 - 1.
        label: text of the progress bar; the experiment's key unless given.

    Returns:
        The finished run; `results.csv` has its row. It may have diverged.

    Raises:
        UserError: when the images have not been prepared or cannot be read, pre-trained weights cannot be downloaded,
            or memory or disk space will not do; or a file of the finished run was changed.
        Diverged: its parent or a member diverged.
        OutOfMemory: it does not fit into the memory of the GPU.
    """
    return train_job(Job(experiment, seed, project, label))


def train_job(job: Job, log: bool = True) -> Run:
    """Train one job as `train_and_evaluate` does, with the same errors; the finished run.

    Args:
        job: what to train.
        log: whether `results.csv` gets the rows of its run and of those that it needs, and trackers these runs.
    """
    check_needed(job)
    return run_job(job, log, open_trackers(job.project.paths.root) if log else Trackers({}))[0]


def check_needed(job: Job) -> None:
    """Check the finished runs that a job reads: after hours of training, a damaged one would come as a surprise.

    Raises:
        UserError: a file of one of them was changed.
    """
    job.run.check()
    if is_unfinished(job.run):
        for needed in job.needed:
            check_needed(needed)


def run_job(job: Job, log: bool, trackers: Trackers) -> tuple[Run, bool]:
    """Train one job whose needed runs were checked; errors as in `train_and_evaluate`.

    Args:
        job: what to train.
        log: whether `results.csv` gets the rows of its run and of those that it needs.
        trackers: what logs these runs besides.

    Returns:
        The finished run, and whether it was trained here and now.
    """
    run, trained = job.run, False
    if is_unfinished(run):
        for needed in job.needed:
            _run_needed(job, needed, log, trackers)
        with run.lock():
            # Another process may have finished it while this one waited.
            if is_unfinished(run):
                _train(job, trackers)
                trained = True
    run.tidy()
    remove_old(run)
    if log:
        log_result(run.result, job.project.paths.results)
    trackers.finished(run)
    if not trained:
        _compare_published(job)
    return run, trained


def _run_needed(job: Job, needed: Job, log: bool, trackers: Trackers) -> None:
    run, _ = run_job(needed, log, trackers)
    if run.diverged:
        role = "parent" if job.parent else "member"
        raise Diverged(f"{job.name} is not trained, because its {role} {needed.name} diverged {run.diverged}")


def _train(job: Job, trackers: Trackers) -> None:
    """Train a run, or one that takes its place; a killed process may have finished that one."""
    anew = is_replaced(job.run)
    if not (run := current(job.run)).finished:
        runtime.load()
        from auxiliary.training.gpu_memory import explain_out_of_memory
        from auxiliary.training.trainer import train_run

        with explain_out_of_memory(job):
            train_run(replace(job, anew=anew, on_history=trackers.watch(run)))
    if anew:
        replace_now(job.run)


def _compare_published(job: Job) -> None:
    """Say so where the row of a finished run, which never changes, has another published accuracy than the profile."""
    published = job.experiment.published_with(job.seed)
    now = "none" if published is None else str(published)
    if _as_text(job.run.result.published_accuracy) == now:
        return
    path, run_id = job.project.paths.results, job.run.result.run_id
    results = read_results(path)
    # None where the row cannot be read.
    logged = [_as_text(accuracy) for accuracy in results.loc[results["run_id"] == run_id, "published_accuracy"]]
    if logged and logged[-1] != now:
        notify(f"{job.experiment.key}: the published accuracy is {now} in the profile and {logged[-1]} in the row "
               f"{run_id} of {path.name}, which tables show: make the two agree")


def _as_text(accuracy: float) -> str:
    return "none" if isnan(accuracy) else str(accuracy)
