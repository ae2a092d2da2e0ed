"""Trains a row, or reads it back: the one owner of whether a run has been done."""


from auxiliary.config.profile import Experiment
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.project.project import Project
from auxiliary.runs.result import folder_of
from auxiliary.runs.results_csv import log_result
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import best_of_each
from auxiliary.training.identity import find_run


def train_and_evaluate(experiment: Experiment, project: Project, seed: int = 0, label: str = "") -> Run:
    """Train, evaluate and log a row, unless that has been done.

    A finished run is read back without loading TensorFlow; one that was broken off goes on after its last whole
    epoch; a parent that has not been trained is trained first. The test images are looked at once, after training.

    Args:
        row: what to train.
        project: the open profile, whose images have been prepared by notebook 01.
        seed: of weights, order, augmentation and dropout.
        label: what the progress bar says; the row's key unless given.

    Returns:
        The finished run; its row is in `results.csv`.

    Raises:
        UserError: when the images have not been prepared, or pre-trained weights cannot be had.
    """
    return _run_of(experiment, project, seed, label or experiment.key)[0]


def _run_of(experiment: Experiment, project: Project, seed: int, label: str) -> tuple[Run, bool]:
    """The finished run of a row, and whether it was trained here and now."""
    run = find_run(experiment, project, seed)
    trained = False
    if not run.finished:
        parent = (
            train_and_evaluate(project.experiments[experiment.parent], project, seed) if experiment.parent else None
        )
        with run.lock():
            # Another process may have finished it while this one waited.
            if not run.finished:
                runtime.load()
                from auxiliary.training.trainer import work

                work(experiment, project, seed, run, parent, label)
                trained = True
    run.tidy()
    log_result(run.result, project.paths.results)
    return run, trained


def train_all(experiments: tuple[Experiment, ...], project: Project) -> list[Run]:
    """Train every row with every seed of the profile, saying of each how it went.

    Returns:
        The finished runs, in order.

    Raises:
        UserError: when there are no rows, or as in `train_and_evaluate`.
    """
    if not experiments:
        raise UserError("there are no rows to train here: the profile has none, or `rows` names none of them")
    runs = []
    jobs = [(experiment, seed) for experiment in experiments for seed in experiment.seeds]
    for number, (experiment, seed) in enumerate(jobs, start=1):
        name = experiment.key if len(experiment.seeds) == 1 else f"{experiment.key} (seed {seed})"
        run, trained = _run_of(experiment, project, seed, f"experiment {number} of {len(jobs)}: {name}")
        result = run.result
        print(f"{number} of {len(jobs)}: {name}: validation accuracy {result.val_accuracy:.4f}, "
              f"test accuracy {result.accuracy:.4f} "
              + (f"({result.train_seconds:.0f} s of training)" if trained else "(read back)"))
        runs.append(run)
    return runs


def best_so_far(project: Project) -> Run:
    """The best run, as in `best`, among all on the project's images, of those that are still there.

    Raises:
        UserError: when there is none.
    """
    for name in best_of_each(project.results)["run_id"]:
        run = Run(project.paths.models / folder_of(name))
        if run.finished:
            return run
    raise UserError(f"{project.paths.models} holds no finished run on these images: train a row first")


