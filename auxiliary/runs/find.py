"""Finds the runs behind rows of results, and the predictions that they saved."""

from pathlib import Path

import pandas as pd

from auxiliary.runs.labels import ranked
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds

# The columns of predictions that a comparison of runs needs.
ANSWERS = ["filepath", "category", "predicted"]


def saved_predictions(results: pd.DataFrame, models: Path) -> dict[str, pd.DataFrame]:
    """The saved predictions for the test images, of those runs whose folder is here.

    Runs of another machine, runs whose folder is gone, runs whose folder holds a later training, and runs that
    diverged are left out.

    Args:
        results: rows as `read_results` or `over_seeds` returns them.
        models: the folder `models/<dataset>`.

    Returns:
        The predictions of each run found, by its `run_id`. Of several seeds, which `over_seeds` joined, those of the
        best validation accuracy are complete; of the others only the columns `ANSWERS` are kept, to save memory.

    Raises:
        UserError: when a run's result or predictions were changed since training.
    """
    complete = set(results["run_id"])
    return {run_id: run.predictions if run_id in complete else run.predictions[ANSWERS]
            for run_id, run in _runs_here(results, models).items()}


def saved_val_answers(results: pd.DataFrame, models: Path) -> dict[str, pd.DataFrame]:
    """The saved predictions for the validation images, as in `saved_predictions`; of each only the columns `ANSWERS`.

    Raises:
        UserError: when a run's result or predictions were changed since training.
    """
    return {run_id: run.val_predictions[ANSWERS] for run_id, run in _runs_here(results, models).items()}


def best_of_stages(results: pd.DataFrame, models: Path) -> dict[str, Run]:
    """The run of the best validation accuracy of each stage, of those whose folder is here; the better stage first.

    Of several seeds the mean counts, and the run is that of the best seed.

    Args:
        results: rows of one data set, as `read_results` returns them.
        models: as for `saved_predictions`.
    """
    rows = ranked(over_seeds(results))
    here = _runs_here(rows, models)
    best = rows[rows["run_id"].isin(here)].drop_duplicates("stage")
    return {stage: here[run_id] for stage, run_id in zip(best["stage"], best["run_id"], strict=True)}


def _runs_here(results: pd.DataFrame, models: Path) -> dict[str, Run]:
    """The runs that have predictions and whose folder is here, by `run_id`; of rows over seeds all of them."""
    seeds = [run_id for run_ids in results.get("run_ids", []) for run_id in run_ids]
    runs = {run_id: Run(models / folder_of(run_id)) for run_id in dict.fromkeys([*results["run_id"], *seeds])}
    return {run_id: run for run_id, run in runs.items()
            if run.finished and run.result.run_id == run_id and not run.diverged}
