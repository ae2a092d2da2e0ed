"""The folder of one training run: the only place that knows the names of its files."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from auxiliary.core.disk import disk_errors
from auxiliary.core.files import remove_leftovers, write_atomically
from auxiliary.data.tables import read_table, write_table
from auxiliary.runs.result import Result


@dataclass(frozen=True)
class Run:
    """A training run, finished or not.

    Attributes:
        folder: `models/<dataset>/<key>-<fingerprint>`.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The experiment's key and the fingerprint; with the time of its end it is the `run_id` in `results.csv`."""
        return self.folder.name

    @property
    def begun(self) -> bool:
        """Whether the folder holds a run, finished or not: its recipe is written first."""
        return self.recipe_file.is_file()

    @property
    def finished(self) -> bool:
        """Whether the run is complete: its result is written last, and atomically."""
        return self.result_file.is_file()

    @property
    def readable(self) -> bool:
        """Whether every file is there that figures and tables of a finished run need."""
        shown = (self.result_file, self._history, self._layers, self._predictions("val"), self._predictions("test"))
        return all(file.is_file() for file in shown)

    @property
    def model(self) -> Path:
        """The trained model in Keras format."""
        return self.folder / "model.keras"

    @property
    def checkpoint(self) -> Path:
        """The checkpoint of an unfinished run, see `auxiliary.training.checkpoint`."""
        return self.folder / "checkpoint.npz"

    @property
    def result(self) -> Result:
        """The run's row of `results.csv`; finished runs only."""
        return Result.model_validate_json(self.result_file.read_text(encoding="utf-8"))

    @property
    def run_id(self) -> str | None:
        """The run's name in `results.csv`, read without the rest of its result; None where it is not finished."""
        return json.loads(self.result_file.read_text(encoding="utf-8"))["run_id"] if self.finished else None

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch, those of its parents first; the column `phase` is `parent` or `own`."""
        return pd.read_csv(self._history)

    @property
    def predictions(self) -> pd.DataFrame:
        """The predictions for the test images, one row per image."""
        return read_table(self._predictions("test"))

    @property
    def val_predictions(self) -> pd.DataFrame:
        """The predictions for the validation images, one row per image."""
        return read_table(self._predictions("val"))

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that the run was made with, as `begin` wrote it."""
        return json.loads(self.recipe_file.read_text(encoding="utf-8"))

    @property
    def layers(self) -> pd.DataFrame:
        """The model's layers: type, output shape, parameters."""
        return pd.read_csv(self._layers)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays that were saved together under a name; empty where there are none."""
        path = self._arrays(name)
        if not path.is_file():
            return {}
        with np.load(path) as file:
            return dict(file)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the run against other processes; while another one has it, print so and wait."""
        with disk_errors(self.folder):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder; the system releases it when its process is killed.
        lock = FileLock(self.folder.with_name(f".{self.id}.lock"))
        try:
            with disk_errors(self.folder):
                lock.acquire(blocking=False)
        except Timeout:
            print(f"another process is training {self.id}: waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def begin(self, recipe: dict[str, Any]) -> None:
        """Make the folder, or remove what a killed process left in it, and write the recipe."""
        remove_leftovers(self.folder)
        write_atomically(self.recipe_file, json.dumps(recipe, indent=2) + "\n")

    def save_history(self, history: pd.DataFrame) -> None:
        """Save the epochs so far."""
        write_atomically(self._history, history.to_csv(index=False))

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
        """Save the result, which completes the run."""
        write_atomically(self.result_file, result.model_dump_json(indent=2) + "\n")
        self.tidy()

    def tidy(self) -> None:
        """Remove the checkpoint, which a run that was killed while it finished may have left."""
        self.checkpoint.unlink(missing_ok=True)

    @property
    def recipe_file(self) -> Path:
        """The file of the recipe."""
        return self.folder / "recipe.json"

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
    def _layers(self) -> Path:
        return self.folder / "layers.csv"
