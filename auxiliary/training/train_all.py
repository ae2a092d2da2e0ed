"""Trains many experiments one after the other, and prints one line per run."""

from dataclasses import replace

from auxiliary.config.experiment import Experiment
from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import Diverged, Interrupted, NotTrained, UserError
from auxiliary.core.progress import notify
from auxiliary.project.project import Project
from auxiliary.runs.code import other_code
from auxiliary.runs.labels import validation
from auxiliary.runs.replacement import is_unfinished
from auxiliary.runs.results_csv import check_results
from auxiliary.runs.run import Run
from auxiliary.training.evaluated import evaluated
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.retrain import children_to_retrain, retrain_later
from auxiliary.training.trackers.trackers import open_trackers
from auxiliary.training.train import check_needed, run_job


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
        check_needed(job)
    runs, failed, trackers = [], set(), open_trackers(jobs[0].project.paths.root)
    for number, job in enumerate(jobs, start=1):
        place = f"{number:,} of {len(jobs):,}: "
        try:
            _check_parents(job, failed)
            run, trained = run_job(replace(job, title=f"experiment {place}{job.name}"), log, trackers)
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
