"""Checkpoints: the state of training at the end of an epoch, in one file, from which an interrupted run goes on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import replacing
from auxiliary.core.progress import notify
from auxiliary.data.reading.inspect_files import file_hash
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

Arrays = list[np.ndarray]
# Hexadecimal digits, at the start of the file: the content hash of the rest.
CHECKSUM = 32
# Attributes that are lists of arrays.
ARRAYS = ("weights", "optimizer", "best", "averages")


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after some of its epochs.

    Order, augmentation and dropout are functions of seed, epoch and step, so a checkpoint does not hold them.

    Attributes:
        run: the id of the run.
        recipe: the run's recipe, which says what trained until then.
        history: one row per epoch, as `fit` returns it.
        stopped: whether early stopping has ended the training.
        weights: the model's weights, in Keras's order.
        optimizer: the optimiser's variables, among them the learning rate and the number of steps.
        patience: early stopping's counters; empty without early stopping.
        best: the weights that early stopping would restore.
        averages: with averaged weights, which `weights` are then, the state of averaging.
    """

    run: str
    recipe: Mapping[str, Any]
    history: pd.DataFrame
    stopped: bool
    weights: Arrays
    optimizer: Arrays
    patience: dict[str, Any] = field(default_factory=dict)
    best: Arrays = field(default_factory=list)
    averages: Arrays = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.history)

    def save(self, path: Path) -> None:
        """Write the checkpoint in place of an earlier one, which stays whole until then."""
        state = {"run": self.run, "recipe": self.recipe, "history": self.history.to_dict("list"),
                 "stopped": self.stopped, "patience": self.patience}
        arrays = {f"{name}.{number}": array for name in ARRAYS
                  for number, array in enumerate(getattr(self, name))}
        # A killed process leaves the earlier one whole. A power cut may damage it, which `load` notices.
        with replacing(path, sync=False) as temporary, temporary.open("w+b") as file:
            file.write(bytes(CHECKSUM))
            np.savez(file, state=np.array(json.dumps(state)), **arrays)
            file.seek(CHECKSUM)
            checksum = file_hash(file)
            file.seek(0)
            file.write(checksum.encode())

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a checkpoint, to the last digit.

        Raises:
            UserError: when a byte of the file is another, or the file is of another version.
        """
        try:
            with path.open("rb") as file:
                # NumPy and zipfile would not notice every change, and raise nearly any error for the others.
                if file.read(CHECKSUM) != file_hash(file).encode():
                    raise UserError(f"the checkpoint {path} is damaged")
                file.seek(CHECKSUM)
                with np.load(file) as archive:
                    arrays = dict(archive)
            state = json.loads(str(arrays.pop("state")))
        except (OSError, ValueError) as error:
            raise UserError(f"the checkpoint {path} cannot be read ({error})") from error
        lists: dict[str, Arrays] = {name: [] for name in ARRAYS}
        for name, array in arrays.items():
            lists[name.partition(".")[0]].append(array)
        return cls(**state | {"history": pd.DataFrame(state["history"])}, **lists)


# Where one of these differs, the epochs to come would not be those of an uninterrupted run.
ENVIRONMENT = ("device", "precision", "settings", "versions", "code", "features")


def resume(job: Job, recipe: Mapping[str, Any]) -> Checkpoint | None:
    """The checkpoint that a job goes on from, or None where it starts from the beginning; says which.

    Args:
        job: its run may have been interrupted.
        recipe: what the run is made with now; the checkpoint holds what it was made with before.
    """
    run = job.run
    if not run.checkpoint.is_file():
        return None
    try:
        checkpoint = Checkpoint.load(run.checkpoint)
        obstacle = _obstacle(checkpoint, run, recipe)
    except UserError as error:
        obstacle = str(error)
    if obstacle:
        notify(f"{job.label}: was interrupted, and starts from the beginning because {obstacle}")
        run.tidy()
        return None
    notify(f"{job.label}: was interrupted, and goes on after epoch {checkpoint.epochs} of {job.experiment.epochs}")
    return checkpoint


def _obstacle(checkpoint: Checkpoint, run: Run, recipe: Mapping[str, Any]) -> str:
    """Why a run cannot go on from a checkpoint; empty where it can."""
    if checkpoint.run != run.id:
        return f"the checkpoint {run.checkpoint} is that of {checkpoint.run}"
    # Earlier versions did not record the code.
    changed = [name for name in ENVIRONMENT if checkpoint.recipe.get(name) != recipe[name]]
    return f"these have changed: {', '.join(changed)}" if changed else ""


def breaks(checkpoint: Checkpoint | None) -> list[dict[str, Any]]:
    """The epochs after which the run was interrupted, now and before, each with the commit that trained until then."""
    if not checkpoint:
        return []
    before = checkpoint.recipe
    return [*before["breaks"], {"epoch": checkpoint.epochs, "commit": before["commit"]}]
