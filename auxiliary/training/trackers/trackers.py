"""The trackers of a training. One that fails is left out from then on: no training is lost with it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pandas as pd

from auxiliary.core.progress import notify
from auxiliary.core.trackers import MLFLOW, TENSORBOARD, used_trackers
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.run import Run
from auxiliary.training.trackers.mlflow_runs import MLflow
from auxiliary.training.trackers.tensorboard import TensorBoard


class Tracker(Protocol):
    """Something that runs are logged to. What it has of a run it does not log again."""

    def epochs(self, run: Run, own: pd.DataFrame) -> None:
        """Log the epochs of a run so far, also those that an interrupted process trained."""

    def finished(self, run: Run) -> None:
        """Log a finished run, with the epochs that are missing."""


class Trackers:
    """Logs runs to all trackers that work.

    Args:
        trackers: by the names that `--log` takes.
    """

    def __init__(self, trackers: Mapping[str, Tracker]) -> None:
        self._working = dict(trackers)

    def watch(self, run: Run) -> Callable[[pd.DataFrame], None] | None:
        """What a run calls with its history after every epoch; None without trackers."""
        if not self._working:
            return None
        return lambda history: self._each(lambda tracker: tracker.epochs(run, own_epochs(history)))

    def finished(self, run: Run) -> None:
        """Log a finished run, trained now or before."""
        self._each(lambda tracker: tracker.finished(run))

    def _each(self, log: Callable[[Tracker], None]) -> None:
        for name, tracker in list(self._working.items()):
            try:
                log(tracker)
            except Exception as error:    # databases, servers and file systems raise anything
                del self._working[name]
                reason = str(error).strip().partition("\n")[0][:300] or type(error).__name__
                notify(f"--log {name}: nothing more is logged, because this failed: {reason}. Training goes on; the "
                       "same command with --log logs what is missing")


def open_trackers(root: Path) -> Trackers:
    """The trackers that the command named; none where a kernel or a program named none.

    Args:
        root: the folder that holds `models/`.

    Raises:
        UserError: there is no tracker of that name.
    """
    makers = {TENSORBOARD: TensorBoard, MLFLOW: lambda: MLflow(root)}
    return Trackers({name: makers[name]() for name in used_trackers()})
