"""Trains experiments, or reads their runs back: the only place that decides whether a run has been done."""

from math import isnan

from auxiliary.config.profile import Experiment
from auxiliary.core import runtime
from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import Interrupted, UserError
from auxiliary.core.progress import notify
from auxiliary.project.project import Project
from auxiliary.runs.result import folder_of
from auxiliary.runs.results_csv import check_results, log_result, read_results
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import best_of_each
from auxiliary.training.job import Job


def train_and_evaluate(experiment: Experiment, project: Project, seed: int = 0, label: str = "") -> Run:
    """Train, evaluate and log one experiment, unless that has been done.

    A finished run is read back without loading TensorFlow. An interrupted run goes on after its last whole epoch. A
    parent without a finished run is trained first. The test images are evaluated once, after training.

    Args:
        experiment: what to train.
        project: the opened profile; notebook 01 has prepared its images.
        seed: seed of weights, order, augmentation and dropout, from 0 to 2**32 - 1.
        label: text of the progress bar; the experiment's key unless given.

    Returns:
        The finished run; `results.csv` has its row.

    Raises:
        UserError: when the images have not been prepared or cannot be read, pre-trained weights cannot be downloaded,
            or memory or disk space will not do; or a file of the finished run was changed.
    """
    job = Job(experiment, seed, project, label)
    _check(job)
    return _run(job)[0]


def _check(job: Job) -> None:
    """Check the finished runs that a job reads: after hours of training, a damaged one would come as a surprise."""
    job.run.check()
    if job.parent and not job.run.finished:
        _check(job.parent)


def _run(job: Job) -> tuple[Run, bool]:
    """The finished run of a job, and whether it was trained here and now."""
    run, trained = job.run, False
    if not run.finished:
        if job.parent:
            _run(job.parent)
        with run.lock():
            # Another process may have finished it while this one waited.
            if not run.finished:
                runtime.load()
                from auxiliary.training.trainer import train_run

                train_run(job)
                trained = True
    run.tidy()
    log_result(run.result, job.project.paths.results)
    if not trained:
        _compare_published(job)
    return run, trained


def _compare_published(job: Job) -> None:
    """Say so where the row of a finished run, which is never changed, has another published accuracy than the profile.

    It is a remark, for which nothing is trained again.
    """
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


def train_all(experiments: tuple[Experiment, ...], project: Project) -> list[Run]:
    """Train every experiment with each of its seeds, and print one line per run.

    Args:
        experiments: what to train, such as `project.profile.scratch`.
        project: the opened profile.

    Returns:
        The finished runs, in order.

    Raises:
        UserError: when there are no experiments, or as in `train_and_evaluate`.
        Interrupted: for the stop button or Ctrl-C.
    """
    if not experiments:
        raise UserError("there are no experiments to train: the profile has none for this notebook, or the parameter "
                        "`experiments` selects none of them")
    check_results(project.paths.results)
    try:
        with disk_errors():
            return _run_all(experiments, project)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; run the cell again: it goes on after the last whole epoch") from None


def _run_all(experiments: tuple[Experiment, ...], project: Project) -> list[Run]:
    runs = []
    pairs = [(experiment, seed) for experiment in experiments for seed in experiment.seeds]
    for experiment, seed in pairs:
        _check(Job(experiment, seed, project))
    for number, (experiment, seed) in enumerate(pairs, start=1):
        name = experiment.key if len(experiment.seeds) == 1 else f"{experiment.key} (seed {seed})"
        run, trained = _run(Job(experiment, seed, project, f"experiment {number} of {len(pairs)}: {name}"))
        result = run.result
        print(f"{number} of {len(pairs)}: {name}: validation accuracy {result.val_accuracy:.4f}, "
              f"test accuracy {result.accuracy:.4f} "
              + (f"({result.train_seconds:.0f} s of training)" if trained else "(read back)"))
        runs.append(run)
    return runs


def best_so_far(project: Project) -> Run:
    """The best run on the project's images, as in `best`, of those whose folder is still there.

    Raises:
        UserError: when there is none.
    """
    for name in best_of_each(project.results)["run_id"]:
        run = Run(project.paths.models / folder_of(name))
        if run.finished:
            return run
    raise UserError(f"{project.paths.models} holds no finished run on these images: train an experiment first")
