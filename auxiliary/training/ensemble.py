"""An ensemble's run: the mean of the probabilities that its members' runs have saved."""

import time

import numpy as np
import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.evaluation.predict import predictions_table
from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.runs.run import Run
from auxiliary.training.callbacks import HISTORY
from auxiliary.training.fit import Fitted
from auxiliary.training.job import Job
from auxiliary.training.metadata import make_ensemble_result, make_recipe


def evaluate_ensemble(job: Job, machine: runtime.Machine) -> None:
    """Evaluate an ensemble by the saved predictions of its members, and fill its run folder, the result last.

    Its run has no network and no heat maps: the networks are those of its members.

    Args:
        job: the ensemble; the runs of its members are finished, and none has diverged.
        machine: what evaluates it.

    Raises:
        UserError: the predictions of a member are not of the project's images.
    """
    began, run = time.perf_counter(), job.run
    members = [member.run for member in job.needed]
    run.begin(make_recipe(job, machine))
    run.save_history(pd.DataFrame(columns=[*HISTORY, "phase"]))
    run.save_layers(_member_table(members))
    predictions = {"val": _mean(job, job.project.val, [(each, each.val_predictions) for each in members]),
                   "test": _mean(job, job.project.test, [(each, each.predictions) for each in members])}
    for split, table in predictions.items():
        run.save_predictions(split, table)
    run.save_arrays("grad-cam")
    fitted = Fitted(pd.DataFrame(columns=HISTORY), time.perf_counter() - began)
    run.finish(make_ensemble_result(job, fitted, predictions))


def _mean(job: Job, df: pd.DataFrame, tables: list[tuple[Run, pd.DataFrame]]) -> pd.DataFrame:
    """The mean of some tables of predictions for the images of `df`."""
    columns = [PROBABILITY + name for name in job.project.categories]
    for run, table in tables:
        # Their folder may have been moved, so paths may differ.
        if table["label"].tolist() != df["label"].tolist() or not set(columns) <= set(table):
            raise UserError(f"the predictions of {run.id}, a member of {job.name}, are of other images or classes: "
                            f"remove the folder {run.folder}, and train it again")
    probabilities = np.mean([table[columns].to_numpy("float64") for _, table in tables], axis=0)
    return predictions_table(probabilities, df, job.project.categories)


def _member_table(members: list[Run]) -> pd.DataFrame:
    """What stands in place of the layers of a network: one row per member."""
    results = [run.result for run in members]
    return pd.DataFrame({
        "layer": [result.key for result in results], "type": "Network",
        "output": [counted(result.classes, "number") for result in results],
        "parameters": [result.parameters for result in results], "trainable": 0})
