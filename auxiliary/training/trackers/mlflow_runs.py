"""Runs in MLflow: settings, curves, figures and files of each, one MLflow run per training of an experiment and seed.

They go to a database in the folder `mlruns` of the root, which needs no server, or to where the environment variable
`MLFLOW_TRACKING_URI` says. An MLflow experiment is a data set.
"""

import logging
import math
import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.run import Run
from auxiliary.runs.settings import settings_of_recipe
from auxiliary.training.trackers.figures import end_figures, epoch_figures

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MLflowRun

FOLDER = "mlruns"
# Tags. A run has the second one once all of it is logged.
RUN, RUN_ID = "auxiliary.run", "auxiliary.run_id"
LONGEST = 6000      # characters of a parameter that MLflow takes
# MLflow's page shows it as the description of a run.
MEANING = ("`loss` and `accuracy` are of the training images, `val_loss` and `val_accuracy` of the validation images, "
           "by epoch. What begins with `result/` is of the finished run, by the names of `results.csv`: "
           "`result/accuracy` is the test accuracy.")
AT_ONCE = 100       # epochs; MLflow takes 1,000 figures at once
# Unless the user says otherwise: no data on its use are sent, and a server that is away is not waited for long.
ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
               "MLFLOW_HTTP_REQUEST_TIMEOUT": "20", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}


class MLflow:
    """Logs one run after the other.

    Args:
        root: the folder that holds `models/`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name, self._done, self._id = "", 0, ""

    def epochs(self, run: Run, own: pd.DataFrame) -> None:
        """Log the epochs of a run so far; those that its MLflow run has are not logged again."""
        now = int(1000 * time.time())
        if self._name != run.id:
            self._begin(run, own, now)
        self._log_epochs(own, now)

    def finished(self, run: Run) -> None:
        """Log what is missing of a finished run: its figures and files, and of one trained before its epochs too."""
        result, own = run.result, own_epochs(run.history)
        if self._find(run, f"tags.`{RUN_ID}` = '{result.run_id}'"):
            return
        end = int(1000 * result.finished_at.timestamp())
        if self._name != run.id:
            self._begin(run, own, end - int(1000 * result.train_seconds))
        self._log_epochs(own, end)
        self._log(end_figures(result), end, len(own))
        for path in sorted(run.folder.iterdir()):
            # Others than training wrote may be large or private.
            if path.is_file() and run.is_written(path.name) and not path.name.startswith("."):
                self._client.log_artifact(self._id, str(path), "model" if path == run.model_file else None)
        if result.diverged:
            self._client.set_tag(self._id, "diverged", result.diverged)
        self._client.set_terminated(self._id, "FAILED" if result.diverged else "FINISHED", end)
        # Last: until then a killed process goes on with it.
        self._client.set_tag(self._id, RUN_ID, result.run_id)
        self._name = ""

    @cached_property
    def _client(self) -> "MlflowClient":
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        # They tell of each step by which an empty database is made.
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        from mlflow import MlflowClient

        (self._root / FOLDER).mkdir(parents=True, exist_ok=True)
        return MlflowClient(os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self._root / FOLDER / 'mlflow.db'}")

    def _experiment(self, dataset: str) -> str:
        """The id of the MLflow experiment of a data set, made where there is none."""
        if experiment := self._client.get_experiment_by_name(dataset):
            return experiment.experiment_id
        own = None if os.environ.get("MLFLOW_TRACKING_URI") else (self._root / FOLDER / "artifacts" / dataset).as_uri()
        return self._client.create_experiment(dataset, artifact_location=own)

    def _find(self, run: Run, also: str = "") -> "list[MLflowRun]":
        """The MLflow runs of a run, newest first, of which `also` is true."""
        text = " and ".join(filter(None, [f"tags.`{RUN}` = '{run.id}'", also]))
        return self._client.search_runs([self._experiment(run.recipe["dataset"])], text,
                                        order_by=["attributes.start_time DESC"])

    def _begin(self, run: Run, own: pd.DataFrame, start: int) -> None:
        """Go on with the MLflow run that an interrupted process left, or begin one."""
        from mlflow.entities import Param

        self._name, self._done = run.id, 0
        for left in self._find(run, "attributes.status != 'KILLED'"):
            if RUN_ID in left.data.tags:
                continue
            self._id = left.info.run_id
            logged = {figure.step: figure.value for figure in self._client.get_metric_history(self._id, "loss")}
            if _is_beginning(logged, own):
                self._done = len(logged)
                return
            # Training started from the beginning: figures cannot be taken back.
            self._client.set_terminated(self._id, "KILLED")
        recipe = run.recipe
        key, seed = recipe["experiment"]["key"], recipe["seed"]
        made = self._client.create_run(self._experiment(recipe["dataset"]), start, {
            RUN: run.id, "mlflow.source.git.commit": recipe["commit"], "mlflow.note.content": MEANING,
        }, f"{key} (seed {seed})")
        self._id = made.info.run_id
        self._client.log_batch(self._id, params=[
            Param(name, value[:LONGEST]) for name, value in settings_of_recipe(recipe).items()])

    def _log_epochs(self, own: pd.DataFrame, when: int) -> None:
        from mlflow.entities import Metric

        found = list(epoch_figures(own, self._done))
        for first in range(0, len(found), AT_ONCE):
            self._client.log_batch(self._id, metrics=[
                Metric(name, value, when, epoch) for epoch, figures in found[first:first + AT_ONCE]
                for name, value in figures.items()])
        self._done = len(own)

    def _log(self, figures: dict[str, float], when: int, step: int) -> None:
        from mlflow.entities import Metric

        # Apart from those of epochs, some of which have the same names.
        self._client.log_batch(self._id, metrics=[
            Metric(f"result/{name}", value, when, step) for name, value in figures.items()])


def _is_beginning(logged: dict[int, float], own: pd.DataFrame) -> bool:
    """Whether logged losses are those of the first epochs."""
    losses = dict(zip(own["epoch"], own["loss"], strict=True))
    return all(math.isclose(value, losses.get(epoch, math.nan)) for epoch, value in logged.items())
