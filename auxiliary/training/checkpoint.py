"""Where a run that is broken off goes on: all that training has come to at the end of an epoch, in one file."""

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auxiliary.errors import UserError
from auxiliary.files import replacing

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
