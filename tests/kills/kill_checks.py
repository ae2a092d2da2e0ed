"""Checks after a kill: all files are whole, and the final results equal those of a run without kills."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.data.tables import read_table
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.run import Run
from auxiliary.training.checkpoint import Checkpoint

# Only these columns may differ between two runs of the same experiment, seed and machine.
TIMES = ["run_id", "finished_at", "train_seconds", "images_per_second"]
WEIGHTS = "model.weights.h5"


class CheckFailed(Exception):
    """A kill has damaged or lost something."""


def require(condition: bool, message: str) -> None:
    """Raise CheckFailed unless a condition holds."""
    if not condition:
        raise CheckFailed(message)


@dataclass(frozen=True)
class RootChecker:
    """Checks a root after every kill, and remembers its finished epochs, which must not be trained again.

    Attributes:
        root: the root in which runs are killed.
        epochs: the seconds of each finished epoch, by the run's id.
    """

    root: Path
    epochs: dict[str, list[float]] = field(default_factory=dict)

    def check(self) -> None:
        """Check that every file is whole; a kernel that was not killed may still be writing."""
        for run in runs_in(self.root):
            if run.finished:
                _check_run(run)
                self._remember(run, _seconds(run))
            elif run.checkpoint.is_file():
                self._check_checkpoint(run)
        for name in read_results(self.root / "results.csv")["run_id"]:
            require(name in {run.result.run_id for run in runs_in(self.root) if run.finished},
                     f"results.csv names {name}, which is not finished")
        for path in self.root.glob("data/**/*.csv"):
            read_table(path)

    def compare(self, reference: Path) -> None:
        """Check that the finished root equals one without kills, except for times."""
        _compare_files(self.root, reference)
        _compare_results(self.root / "results.csv", reference / "results.csv")
        for run, whole in zip(runs_in(self.root), runs_in(reference), strict=True):
            _compare_runs(run, whole)
            self._remember(run, _seconds(run))
        for path in self.root.glob("assets/*/*.ipynb"):
            _check_notebook(path)

    def _check_checkpoint(self, run: Run) -> None:
        try:
            seconds = Checkpoint.load(run.checkpoint).history["seconds"].tolist()
        except UserError:
            # A finished run needs none.
            if run.finished:
                return
            raise
        self._remember(run, seconds)

    def _remember(self, run: Run, seconds: list[float]) -> None:
        """Check that no finished epoch was trained again: it would have taken another time."""
        seen = self.epochs.get(run.id, [])
        require(seconds[:len(seen)] == seen, f"{run.id} trained epochs again: they took {seconds}, and {seen} before")
        self.epochs[run.id] = seconds


def runs_in(root: Path) -> list[Run]:
    """All runs below a root, finished or not."""
    return [Run(path) for path in sorted(root.glob("models/*/*")) if path.is_dir()]


def finished_epochs(root: Path) -> dict[str, int]:
    """The number of finished epochs of each run that has some, by its id."""
    return {run.id: epochs for run in runs_in(root)
            if (run.folder / "history.csv").is_file() and (epochs := len(_seconds(run)))}


def _seconds(run: Run) -> list[float]:
    """The seconds of each of a run's own epochs."""
    return run.history.query("phase == 'own'")["seconds"].tolist()


def _check_run(run: Run) -> None:
    """Read all files of a finished run."""
    tables = run.history, run.predictions, run.layers
    require(all(len(table) for table in tables) and bool(run.recipe), f"{run.id} is finished, but a file is empty")
    with zipfile.ZipFile(run.model) as model:
        require(model.testzip() is None, f"{run.model} is damaged")


def _check_notebook(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    failed = [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    require(not failed and all(cell.execution_count for cell in cells), f"{path} was not executed to its end")


def _compare_files(root: Path, reference: Path) -> None:
    here, there = _files(root), _files(reference)
    # Other commands may have made images of other sizes.
    here = {name for name in here if _size(name) in {_size(other) for other in there}}
    require(here == there, f"{root} has {sorted(here - there)} in excess and lacks {sorted(there - here)}")
    for name in here:
        if name.startswith("data/") and name.endswith((".csv", ".npy")):
            require(_content(root, name) == _content(reference, name), f"{root / name} differs")


def _files(root: Path) -> set[str]:
    """All files except locks and exports; leftover temporary files and checkpoints too, which must not be there."""
    names = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".lock"}
    return {name for name in names if not re.match(r"models/[^/]+/[^/]+/export/", name)}


def _size(name: str) -> str:
    """The size of the images in whose folder a file is; empty for other files."""
    found = re.match(r"data/[^/]+/processed/(\d+)/", name)
    return found[1] if found else ""


def _content(root: Path, name: str) -> bytes:
    """A file's bytes; the root is cut from the paths in it."""
    return (root / name).read_bytes().replace(bytes(root), b"")


def _compare_results(results: Path, reference: Path) -> None:
    here, there = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (results, reference))
    require(len(here) == len(there) and here["run_id"].is_unique,
             f"{results} has {len(here)} rows for {len(there)} runs: {here['run_id'].tolist()}")
    differing = here.drop(columns=TIMES).compare(there.drop(columns=TIMES))
    require(differing.empty, f"{results} differs:\n{differing.to_string()}")


def _compare_runs(run: Run, whole: Run) -> None:
    require(run.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds")),
             f"{run.id} has another history:\n{run.history}\n{whole.history}")
    for split in ("val", "test"):
        name = f"predictions-{split}.csv"
        require(_content(run.folder.parents[2], f"models/{run.folder.parent.name}/{run.id}/{name}")
                 == _content(whole.folder.parents[2], f"models/{whole.folder.parent.name}/{whole.id}/{name}"),
                 f"{run.folder / name} differs")
    require(_weights(run) == _weights(whole), f"{run.id} has other weights")


def _weights(run: Run) -> bytes:
    with zipfile.ZipFile(run.model) as model:
        return model.read(WEIGHTS)
