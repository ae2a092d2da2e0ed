"""Checkpoints: the state of training at the end of an epoch, in one file, from which an interrupted run goes on."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import replacing
from auxiliary.core.progress import notify
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after some of its epochs.

    Order, augmentation and dropout are functions of seed, epoch and step, so a checkpoint does not hold them.

    Attributes:
        history: one row per epoch, as `fit` returns it.
        stopped: whether early stopping has ended the training.
        weights: the model's weights, in Keras's order.
        optimizer: the optimiser's variables, among them the learning rate and the number of steps.
        patience: early stopping's counters; empty without early stopping.
        best: the weights that early stopping would restore.
    """

    history: pd.DataFrame
    stopped: bool
    weights: Arrays
    optimizer: Arrays
    patience: dict[str, Any] = field(default_factory=dict)
    best: Arrays = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.history)

    def save(self, path: Path) -> None:
        """Write the checkpoint in place of an earlier one, which stays whole until then."""
        state = {"history": self.history.to_dict("list"), "stopped": self.stopped, "patience": self.patience}
        arrays = {f"{name}.{number}": array for name in ("weights", "optimizer", "best")
                  for number, array in enumerate(getattr(self, name))}
        # A killed process leaves the earlier one whole. A power cut may damage it, which `load` notices.
        with replacing(path, sync=False) as temporary:
            np.savez(temporary, state=np.array(json.dumps(state)), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a checkpoint, to the last digit.

        Raises:
            UserError: when the file is damaged.
        """
        try:
            # NumPy does not close a file that it opened itself and that is no archive.
            with path.open("rb") as opened, np.load(opened) as file:
                arrays = dict(file)
            state = json.loads(str(arrays.pop("state")))
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise UserError(f"the checkpoint {path} cannot be read ({error})") from error
        lists: dict[str, Arrays] = {"weights": [], "optimizer": [], "best": []}
        for name, array in arrays.items():
            lists[name.partition(".")[0]].append(array)
        return cls(history=pd.DataFrame(state["history"]), stopped=state["stopped"], patience=state["patience"],
                   **lists)


# Where one of these differs, the epochs to come would not be those of an uninterrupted run.
ENVIRONMENT = ("device", "precision", "settings", "versions")


def resume(job: Job, recipe: Mapping[str, Any]) -> Checkpoint | None:
    """The checkpoint that a job goes on from, or None where it starts from the beginning; says which.

    Args:
        job: its run may have been interrupted.
        recipe: what the run is made with now; its folder holds what it was made with before.
    """
    run = job.run
    if not run.checkpoint.is_file():
        return None
    try:
        checkpoint = Checkpoint.load(run.checkpoint)
        changed = [name for name in ENVIRONMENT if run.recipe.get(name) != recipe[name]]
    except (UserError, OSError, ValueError) as error:
        changed = [str(error)]
    if changed:
        notify(f"{job.label}: was interrupted, and starts from the beginning because these have changed: "
               f"{', '.join(changed)}")
        # Otherwise a kill before the next checkpoint would leave this one beside a recipe that it does not belong to.
        run.tidy()
        return None
    notify(f"{job.label}: was interrupted, and goes on after epoch {checkpoint.epochs} of {job.experiment.epochs}")
    return checkpoint


def breaks(run: Run, checkpoint: Checkpoint | None) -> list[dict[str, Any]]:
    """The epochs after which the run was interrupted, now and before, each with the commit that trained until then."""
    if not checkpoint:
        return []
    before = run.recipe
    return [*before["breaks"], {"epoch": checkpoint.epochs, "commit": before["commit"]}]
