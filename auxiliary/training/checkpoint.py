"""Where a run that is broken off goes on: all that training has come to at the end of an epoch, in one file."""

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
from auxiliary.runs.run import Run

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """A run after some of its epochs.

    Order, augmentation and dropout are functions of seed, epoch and step, so they need no room here.

    Attributes:
        history: a row an epoch, as `fit` gives it.
        stopped: whether early stopping has ended the training.
        weights: of the model, in Keras's order.
        optimizer: the optimiser's variables, the learning rate and the number of steps among them.
        patience: early stopping's numbers; nothing where there is none.
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
        """How many epochs are done."""
        return len(self.history)

    def save(self, path: Path) -> None:
        """Write the checkpoint, replacing the one before it at once."""
        state = {"history": self.history.to_dict("list"), "stopped": self.stopped, "patience": self.patience}
        arrays = {f"{name}.{number}": array for name in ("weights", "optimizer", "best")
                  for number, array in enumerate(getattr(self, name))}
        # A killed process leaves the old one whole. A power cut may not, which `load` finds out.
        with replacing(path, sync=False) as temporary:
            np.savez(temporary, state=np.array(json.dumps(state)), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a checkpoint, to the last digit.

        Raises:
            UserError: when the file is damaged.
        """
        try:
            # NumPy leaves a file that it opened itself, and that is no archive, open.
            with path.open("rb") as opened, np.load(opened) as file:
                arrays = dict(file)
            state = json.loads(str(arrays.pop("state")))
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise UserError(f"the checkpoint {path}, which cannot be read ({error})") from error
        lists: dict[str, Arrays] = {"weights": [], "optimizer": [], "best": []}
        for name, array in arrays.items():
            lists[name.partition(".")[0]].append(array)
        return cls(history=pd.DataFrame(state["history"]), stopped=state["stopped"], patience=state["patience"],
                   **lists)


# Where these differ, the epochs to come would not be those that a run never broken off would have had.
SURROUNDINGS = ("device", "precision", "settings", "versions")


def resume(run: Run, recipe: Mapping[str, Any], label: str, epochs: int) -> Checkpoint | None:
    """Where a run goes on, said aloud; None where it starts from the beginning.

    Args:
        run: which may have been broken off.
        recipe: what it is made with now; what it was made with before is in its folder.
        label: what the run is called.
        epochs: how many it will have at most.
    """
    if not run.checkpoint.is_file():
        return None
    try:
        checkpoint = Checkpoint.load(run.checkpoint)
        changed = [name for name in SURROUNDINGS if run.recipe.get(name) != recipe[name]]
    except (UserError, OSError, ValueError) as error:
        changed = [str(error)]
    if changed:
        print(f"{label}: was broken off, and starts from the beginning since these are not what they were: "
              f"{', '.join(changed)}")
        # Or a kill before the next checkpoint would leave this one to a recipe that it is not of.
        run.tidy()
        return None
    print(f"{label}: goes on after epoch {checkpoint.epochs} of {epochs}, where it was broken off")
    return checkpoint


def breaks(run: Run, checkpoint: Checkpoint | None) -> list[dict[str, Any]]:
    """After which epochs the run was broken off, this time and before, and the commit until then."""
    if not checkpoint:
        return []
    before = run.recipe
    return [*before["breaks"], {"epoch": checkpoint.epochs, "commit": before["commit"]}]
