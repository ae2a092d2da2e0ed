"""Trains experiments, or reads their runs back: the only place that decides whether a run has been done."""

from dataclasses import replace

from auxiliary.config.experiment import Experiment
from auxiliary.core import runtime
from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import Diverged, Interrupted, NotTrained, UserError
from auxiliary.core.progress import notify
from auxiliary.project.project import Project
from auxiliary.runs.code import other_code
from auxiliary.runs.labels import validation
from auxiliary.runs.replacement import current, is_replaced, is_unfinished, remove_old, replace_now
from auxiliary.runs.result import folder_of
from auxiliary.runs.results_csv import check_results, log_result
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import best_of_each
from auxiliary.training.evaluated import evaluated
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.published import compare_published
from auxiliary.training.retrain import children_to_retrain, retrain_later
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
    _check(job)
    return _run(job, log, open_trackers(job.project.paths.root) if log else Trackers({}))[0]


def _check(job: Job) -> None:
    """Check the finished runs that a job reads: after hours of training, a damaged one would come as a surprise."""
    job.run.check()
    if is_unfinished(job.run):
        for needed in job.needed:
            _check(needed)


def _run(job: Job, log: bool, trackers: Trackers) -> tuple[Run, bool]:
    """The finished run of a job, its row logged or not, and whether it was trained here and now."""
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
        compare_published(job)
    return run, trained


def _run_needed(job: Job, needed: Job, log: bool, trackers: Trackers) -> None:
    run, _ = _run(needed, log, trackers)
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


def train_all(experiments: tuple[Experiment, ...], project: Project, retrain: bool = False) -> list[Run]:
    """Train every experiment with each of its seeds, and print one line per run.

    Where one diverges or takes more memory than a GPU has, the others go on; its children are not trained.

    Args:
        experiments: what to train, such as `project.profile.scratch`.
        project: the opened profile.
        retrain: whether to train finished runs anew, see `auxiliary.training.retrain`.

    Returns:
        The finished runs, in order, with those that diverged. Children of the experiments that were to be trained anew
        come last.

    Raises:
        UserError: when there are no experiments, or as in `train_and_evaluate`.
        Diverged: all of them diverged.
        NotTrained: none of them could be trained.
        Interrupted: for the stop button or Ctrl-C.
    """
    if not experiments:
        raise UserError("there are no experiments to train: the profile has none for this notebook, or the parameter "
                        "`experiments` selects none of them")
    check_results(project.paths.results)
    try:
        with disk_errors():
            jobs = jobs_of(experiments, project)
            if retrain:
                retrain_later(jobs, project)
            return run_jobs(jobs + children_to_retrain(jobs, project))
    except KeyboardInterrupt:
        raise Interrupted("interrupted; run the cell again: it goes on after the last whole epoch") from None


def run_jobs(jobs: list[Job], log: bool = True) -> list[Run]:
    """Train jobs one after the other, unless that has been done, and print one line per run.

    Args:
        jobs: what to train, parents before their children.
        log: whether `results.csv` gets the rows of their runs, and of the parents and members that they need.

    Returns:
        The finished runs, in order, with those that diverged.

    Raises:
        UserError, Diverged, NotTrained: as in `train_all`.
    """
    for job in jobs:
        _check(job)
    runs, failed, trackers = [], set(), open_trackers(jobs[0].project.paths.root)
    for number, job in enumerate(jobs, start=1):
        place = f"{number:,} of {len(jobs):,}: "
        try:
            _check_parents(job, failed)
            run, trained = _run(replace(job, title=f"experiment {place}{job.name}"), log, trackers)
        except NotTrained as error:
            failed.add(job.run.id)
            notify(f"{place}{error}")
            continue
        _tell(f"{place}{job.name}: ", run, trained)
        runs.append(run)
    if not runs:
        raise NotTrained("no experiment could be trained, for the reasons above")
    if all(run.diverged for run in runs):
        raise Diverged("every experiment diverged, so there is nothing to compare: lower their learning_rate")
    return runs


def _check_parents(job: Job, failed: set[str]) -> None:
    """Check that no parent or member has failed a moment ago: it would fail again."""
    for parent in job.parents:
        if parent.run.id in failed and is_unfinished(parent.run):
            raise NotTrained(f"{job.name} is not trained, because {parent.name}, which it needs, is not")


def _tell(beginning: str, run: Run, trained: bool) -> None:
    """Print the line of a run; what its user should know is shown by the command as well."""
    line = f"{beginning}{result_line(run, trained)}"
    # The command has shown the last epoch's accuracy.
    (notify if run.diverged or other_code(run) or (trained and evaluated(run)) else print)(line)


def result_line(run: Run, trained: bool) -> str:
    """The figures of a finished run in a line.

    Args:
        run: the run, which may have diverged.
        trained: whether it was trained just now, rather than read back.
    """
    result, other = run.result, other_code(run)
    figures = f"diverged {run.diverged}, so it has no accuracy" if run.diverged else (
        f"{validation(result.val_accuracy, digits=4)}, test accuracy {result.accuracy:.4f}")
    what = "" if run.diverged else evaluated(run)
    training = f"{result.train_seconds:.0f} s of training" if result.trained else "nothing was trained"
    how = training if trained else "read back"
    advice = f"{other}: `--retrain` trains it anew" if other else ""
    return f"{figures} ({'; '.join(filter(None, [what, how, advice]))})"


def best_so_far(project: Project) -> Run:
    """The best run on the project's images, as in `best`, of those whose folder is still there.

    Raises:
        UserError: when there is none.
    """
    for name in best_of_each(project.results)["run_id"]:
        run = Run(project.paths.models / folder_of(name))
        if run.finished and not run.diverged:
            return run
    raise UserError(f"{project.paths.models} holds no finished run on these images: train an experiment first")
