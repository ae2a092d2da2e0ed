"""Trains a row, or reads it back: the one owner of whether a run has been done."""

import pandas as pd

from auxiliary import runtime
from auxiliary.config.profile import Row
from auxiliary.errors import UserError
from auxiliary.evaluation.columns import folder_of
from auxiliary.evaluation.results import log_result
from auxiliary.lab import Lab
from auxiliary.reporting.seeds import best_of_each
from auxiliary.training.identity import fingerprint
from auxiliary.training.run_folder import Run


def train_and_evaluate(row: Row, lab: Lab, seed: int = 0, label: str = "") -> Run:
    """Train, evaluate and log a row, unless that has been done.

    A finished run is read back without loading TensorFlow; one that was broken off goes on after its last whole
    epoch; a parent that has not been trained is trained first. The test pictures are looked at once, after training.

    Args:
        row: what to train.
        lab: the open profile, whose pictures have been prepared by notebook 01.
        seed: of weights, order, augmentation and dropout.
        label: what the progress bar says; the row's key unless given.

    Returns:
        The finished run; its row is in `results.csv`.

    Raises:
        UserError: when the pictures have not been prepared, or pre-trained weights cannot be had.
    """
    return _run_of(row, lab, seed, label or row.key)[0]


def _run_of(row: Row, lab: Lab, seed: int, label: str) -> tuple[Run, bool]:
    """The finished run of a row, and whether it was trained here and now."""
    run = find_run(row, lab, seed)
    trained = False
    if not run.finished:
        parent = train_and_evaluate(lab.all_rows[row.parent], lab, seed) if row.parent else None
        with run.lock():
            # Another process may have finished it while this one waited.
            if not run.finished:
                runtime.load()
                from auxiliary.training.work import work

                work(row, lab, seed, run, parent, label)
                trained = True
    run.tidy()
    log_result(run.result, lab.paths.results)
    return run, trained


def train_all(rows: tuple[Row, ...], lab: Lab) -> list[Run]:
    """Train every row with every seed of the profile, saying of each how it went.

    Returns:
        The finished runs, in order.

    Raises:
        UserError: when there are no rows, or as in `train_and_evaluate`.
    """
    if not rows:
        raise UserError("there are no rows to train here: the profile has none, or `rows` names none of them")
    runs = []
    jobs = [(row, seed) for row in rows for seed in row.seeds]
    for number, (row, seed) in enumerate(jobs, start=1):
        name = row.key if len(row.seeds) == 1 else f"{row.key} (seed {seed})"
        run, trained = _run_of(row, lab, seed, f"row {number} of {len(jobs)}: {name}")
        result = run.result
        print(f"{number} of {len(jobs)}: {name}: validation accuracy {result.val_accuracy:.4f}, "
              f"test accuracy {result.accuracy:.4f} "
              + (f"({result.train_seconds:.0f} s of training)" if trained else "(read back)"))
        runs.append(run)
    return runs


def results_of(runs: list[Run]) -> pd.DataFrame:
    """The result rows of some runs, with the columns of `results.csv`."""
    return pd.DataFrame([run.result.model_dump() for run in runs])


def histories_of(runs: list[Run]) -> dict[str, list[pd.DataFrame]]:
    """The histories of some finished runs by the key of their row, one a seed."""
    histories: dict[str, list[pd.DataFrame]] = {}
    for run in runs:
        histories.setdefault(run.result.key, []).append(run.history)
    return histories


def best_by_row(runs: list[Run]) -> list[Run]:
    """Of each row the run of the best validation accuracy; the row with the best mean over its seeds first."""
    return [runs[place] for place in best_of_each(results_of(runs)).index]


def best(runs: list[Run]) -> Run:
    """Of the row with the best validation accuracy, the mean over its seeds, the best run; of equals the first."""
    return best_by_row(runs)[0]


def best_so_far(lab: Lab) -> Run:
    """The best run, as in `best`, among all on the lab's pictures, of those that are still there.

    Raises:
        UserError: when there is none.
    """
    for name in best_of_each(lab.results)["run"]:
        run = Run(lab.paths.models / folder_of(name))
        if run.finished:
            return run
    raise UserError(f"{lab.paths.models} holds no finished run on these pictures: train a row first")


def find_run(row: Row, lab: Lab, seed: int) -> Run:
    """The run of a row and seed, finished or not."""
    return Run(lab.paths.models / f"{row.slug}-{fingerprint(row, seed, lab)}")
