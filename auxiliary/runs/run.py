"""The folder of one training run: the only place that knows the names of its files."""

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auxiliary.core.errors import Diverged
from auxiliary.core.files import remove_leftovers, write_atomically
from auxiliary.core.locks import locked
from auxiliary.data.reading.inspect_files import hash_of
from auxiliary.data.tables import read_table, write_table
from auxiliary.runs.result import Result
from auxiliary.runs.result_file import CHANGED, read_result_file, unusable, write_result_file

# The names under which arrays are saved.
ARRAYS = ("grad-cam", "convolution")
# The folder of the curves for TensorBoard, see `auxiliary.training.trackers`.
TENSORBOARD = "tensorboard"
# A figure of the history, which can be made again.
CURVES = ("curves.png", "curves.svg")


@dataclass(frozen=True)
class Run:
    """A training run, finished or not.

    A finished run is read as it was trained: whatever reads one of its files raises a `UserError` that names the file
    where it is missing, or is not the one that training wrote.

    Attributes:
        folder: `models/<dataset>/<key>-<fingerprint>`.
        on_history: called with the history whenever it is saved, which is after every epoch; None for nothing.
    """

    folder: Path
    on_history: Callable[[pd.DataFrame], None] | None = field(default=None, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The experiment's key and the fingerprint; with the time of its end it is the `run_id` in `results.csv`."""
        return self.folder.name

    @property
    def begun(self) -> bool:
        """Whether the folder holds a run, finished or not: its recipe is written first."""
        return self.recipe_file.exists() or self.finished

    @property
    def finished(self) -> bool:
        """Whether the run is complete: its result is written last, and atomically."""
        return self.result_file.exists()

    @property
    def result(self) -> Result:
        """The run's row of `results.csv`; finished runs only."""
        return read_result_file(self.result_file).result

    @property
    def diverged(self) -> str:
        """Where the training of a finished run diverged, such as `in epoch 3`; empty where it did not.

        Such a run has no network, no predictions and no arrays.
        """
        return self.result.diverged

    @property
    def model(self) -> Path:
        """The trained model in Keras format."""
        return self._read(self.model_file, Path)

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch, those of its parents first; the column `phase` is `parent` or `own`."""
        return self._read(self._history, pd.read_csv)

    @property
    def strengths(self) -> pd.DataFrame:
        """The strengths of regularisation that a logistic regression tried, see `auxiliary.training.regression`.

        Without rows where the run is none.
        """
        return self._read(self._strengths, pd.read_csv) if self._has(self._strengths) else pd.DataFrame()

    @property
    def predictions(self) -> pd.DataFrame:
        """The predictions for the test images, one row per image."""
        return self._read(self._predictions("test"), read_table)

    @property
    def val_predictions(self) -> pd.DataFrame:
        """The predictions for the validation images, one row per image."""
        return self._read(self._predictions("val"), read_table)

    @property
    def range_test(self) -> pd.DataFrame:
        """Where the learning rate is `auto`: the loss at each rate that was tried, see `auxiliary.networks.rates`."""
        return self._read(self._range_test, pd.read_csv)

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that the run was made with, as `begin` wrote it."""
        return self._read(self.recipe_file, lambda path: json.loads(path.read_bytes()))

    @property
    def members(self) -> list["Run"]:
        """The runs whose mean an ensemble is, finished or not; empty for any other run."""
        return [Run(self.folder.with_name(name)) for name in self.recipe.get("members", [])]

    @property
    def layers(self) -> pd.DataFrame:
        """The model's layers: type, output shape, parameters; of an ensemble its members."""
        return self._read(self._layers, pd.read_csv)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays that were saved together under a name; empty where there are none."""
        path = self._arrays(name)
        return self._read(path, _load_arrays) if self._has(path) else {}

    def check_converged(self) -> None:
        """Raise `Diverged` where the training of a finished run diverged, so that there is no network."""
        if self.finished and self.diverged:
            raise Diverged(f"{self.id} diverged {self.diverged}, so it has no network: lower its learning_rate, and "
                           "train again")

    def check(self) -> None:
        """Check all files of a finished run: `UserError` where one is missing or was changed since training."""
        for name in self._checksums:
            self._read(self.folder / name, Path)

    def lock(self) -> AbstractContextManager[None]:
        """Lock the run against other processes; while another one has it, say so and wait."""
        # Beside the folder, which is then the run's alone.
        return locked(self.folder.with_name(f".{self.id}.lock"), f"training {self.id}")

    def begin(self, recipe: dict[str, Any]) -> None:
        """Make the folder, or remove what a killed process left in it, and write the recipe."""
        remove_leftovers(self.folder)
        write_atomically(self.recipe_file, json.dumps(recipe, indent=2) + "\n")

    def save_history(self, history: pd.DataFrame) -> None:
        """Save the epochs so far."""
        write_atomically(self._history, history.to_csv(index=False))
        if self.on_history:
            self.on_history(history)

    def save_range_test(self, rates: pd.DataFrame) -> None:
        """Save the loss at each learning rate that was tried."""
        write_atomically(self._range_test, rates.to_csv(index=False))

    def save_strengths(self, strengths: pd.DataFrame) -> None:
        """Save the strengths that a logistic regression tried."""
        write_atomically(self._strengths, strengths.to_csv(index=False))

    def save_layers(self, layers: pd.DataFrame) -> None:
        """Save the table of layers."""
        write_atomically(self._layers, layers.to_csv(index=False))

    def save_predictions(self, split: str, predictions: pd.DataFrame) -> None:
        """Save the predictions for the images of a split, `val` or `test`."""
        write_table(predictions, self._predictions(split))

    def save_arrays(self, name: str, **arrays: np.ndarray) -> None:
        """Save arrays together under a name."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(self._arrays(name), buffer.getvalue())

    def finish(self, result: Result) -> None:
        """Save the result, which completes the run, with the checksums of all that was saved before."""
        files = (*(() if result.diverged else self._of_network), *self._of_training)
        write_result_file(self.result_file, result, {file.name: hash_of(file) for file in files if file.is_file()})
        self.tidy()

    def tidy(self) -> None:
        """Remove the checkpoint, which a run that was killed while it finished may have left."""
        if self.checkpoint.is_file():
            self.checkpoint.unlink()

    @property
    def checkpoint(self) -> Path:
        """The checkpoint of an unfinished run, see `auxiliary.training.checkpoint`."""
        return self.folder / "checkpoint.npz"

    @property
    def model_file(self) -> Path:
        """The file of the model, as training writes it; `model` is for reading."""
        return self.folder / "model.keras"

    @property
    def recipe_file(self) -> Path:
        """The file of the recipe."""
        return self.folder / "recipe.json"

    @property
    def detector_file(self) -> Path:
        """The file of what tells unlike images, which is made after training; see `auxiliary.deploy.detector_file`."""
        return self.folder / "unlike.npz"

    @property
    def result_file(self) -> Path:
        """The file of the result."""
        return self.folder / "result.json"

    def _predictions(self, split: str) -> Path:
        return self.folder / f"predictions-{split}.csv"

    def _arrays(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    @property
    def _history(self) -> Path:
        return self.folder / "history.csv"

    @property
    def _range_test(self) -> Path:
        return self.folder / "range-test.csv"

    @property
    def _strengths(self) -> Path:
        return self.folder / "strengths.csv"

    @property
    def _layers(self) -> Path:
        return self.folder / "layers.csv"

    @property
    def _of_training(self) -> tuple[Path, ...]:
        """The files of any run; those of strengths and of a range test only where there was a search."""
        return self.recipe_file, self._history, self._strengths, self._range_test, self._layers

    @property
    def _of_network(self) -> tuple[Path, ...]:
        """The files that a run has unless it diverged."""
        return (self.model_file, self._predictions("val"), self._predictions("test"), *map(self._arrays, ARRAYS))

    def is_written(self, name: str) -> bool:
        """Whether training writes a file of that name, or one is made of what it wrote; hidden files are temporary."""
        files = (self.result_file, self.checkpoint, self.detector_file, *self._of_training, *self._of_network)
        return name in {*(file.name for file in files), *CURVES, TENSORBOARD} or name.startswith(".")

    @property
    def _checksums(self) -> dict[str, str]:
        """The checksums of the files of a finished run, by their names."""
        return read_result_file(self.result_file).files if self.finished else {}

    def _has(self, path: Path) -> bool:
        """Whether a file is there, or was when the run finished."""
        return path.exists() or path.name in self._checksums

    def _read(self, path: Path, parse: Callable[[Path], Any]) -> Any:
        """A file as `parse` reads it: that of a finished run as training wrote it, any other as it is."""
        if self.finished and path.name not in self._checksums:
            self.check_converged()
        try:
            if not self.finished or self._checksums.get(path.name) == hash_of(path):
                return parse(path)
            problem = CHANGED
        except FileNotFoundError:
            problem = "is missing"
        except OSError as error:
            problem = f"cannot be read ({error.strerror})"
        except ValueError as error:    # that of pandas, NumPy, JSON and Unicode
            problem = f"cannot be read ({str(error).strip()})"
        raise unusable(path, problem)


def _load_arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return dict(file)
