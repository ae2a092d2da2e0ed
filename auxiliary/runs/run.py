"""One training run's folder: what is in it, and when it is complete."""

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

from auxiliary.core.files import remove_leftovers, write_atomically
from auxiliary.data.tables import read_table, write_table
from auxiliary.runs.result import Result


@dataclass(frozen=True)
class Run:
    """A training run, finished or not.

    Attributes:
        folder: where it is kept, `models/<dataset>/<key>-<fingerprint>`.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The run's key and fingerprint; its `run` in `results.csv` is this and when it finished."""
        return self.folder.name

    @property
    def finished(self) -> bool:
        """Whether the run is complete: its result file is written last, and at once."""
        return self._result.is_file()

    @property
    def readable(self) -> bool:
        """Whether all is there that is shown of a finished run: somebody may have removed a part."""
        shown = (self._result, self._history, self._layers, self._predictions("val"), self._predictions("test"))
        return all(file.is_file() for file in shown)

    @property
    def model(self) -> Path:
        """The trained model in Keras format."""
        return self.folder / "model.keras"

    @property
    def checkpoint(self) -> Path:
        """Where an unfinished run goes on, see `auxiliary.training.checkpoint`."""
        return self.folder / "checkpoint.npz"

    @property
    def result(self) -> Result:
        """The run's row of `results.csv`; finished runs only."""
        return Result.model_validate_json(self._result.read_text(encoding="utf-8"))

    @property
    def history(self) -> pd.DataFrame:
        """A row an epoch, those of its parents first."""
        return pd.read_csv(self._history)

    @property
    def predictions(self) -> pd.DataFrame:
        """What the model says of each test image."""
        return read_table(self._predictions("test"))

    @property
    def val_predictions(self) -> pd.DataFrame:
        """What it says of each validation image."""
        return read_table(self._predictions("val"))

    @property
    def recipe(self) -> dict[str, Any]:
        """What the run was made with, as `begin` wrote it down."""
        return json.loads((self.folder / "recipe.json").read_text(encoding="utf-8"))

    @property
    def layers(self) -> pd.DataFrame:
        """The model's layers: type, output shape, parameters."""
        return pd.read_csv(self._layers)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """Arrays that were kept together under a name; none where there are none."""
        path = self._arrays(name)
        if not path.is_file():
            return {}
        with np.load(path) as file:
            return dict(file)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes off this run; wait, and say so, while another one has it."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder, and let go by the system when its process is killed.
        lock = FileLock(self.folder.with_name(f".{self.id}.lock"))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            print(f"another process is training {self.id}: waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def begin(self, recipe: dict[str, Any]) -> None:
        """Make the folder, or clear it of what a killed process left, and write down what the run is made with."""
        remove_leftovers(self.folder)
        write_atomically(self.folder / "recipe.json", json.dumps(recipe, indent=2) + "\n")

    def save_history(self, history: pd.DataFrame) -> None:
        """Keep the epochs so far."""
        write_atomically(self._history, history.to_csv(index=False))

    def save_layers(self, layers: pd.DataFrame) -> None:
        """Keep the table of layers."""
        write_atomically(self._layers, layers.to_csv(index=False))

    def save_predictions(self, part: str, predictions: pd.DataFrame) -> None:
        """Keep what the model says of the images of a part, `val` or `test`."""
        write_table(predictions, self._predictions(part))

    def save_arrays(self, name: str, **arrays: np.ndarray) -> None:
        """Keep some arrays together under a name."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(self._arrays(name), buffer.getvalue())

    def finish(self, result: Result) -> None:
        """Complete the run."""
        write_atomically(self._result, result.model_dump_json(indent=2) + "\n")
        self.tidy()

    def tidy(self) -> None:
        """Remove what only an unfinished run needs; one that was killed while it finished may have left it."""
        self.checkpoint.unlink(missing_ok=True)

    def _predictions(self, part: str) -> Path:
        return self.folder / f"predictions-{part}.csv"

    def _arrays(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    @property
    def _history(self) -> Path:
        return self.folder / "history.csv"

    @property
    def _layers(self) -> Path:
        return self.folder / "layers.csv"

    @property
    def _result(self) -> Path:
        return self.folder / "result.json"
