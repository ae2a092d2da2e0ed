"""What must hold after a kill, and what must have come out in the end, whatever was killed meanwhile."""

import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import TEMPORARY
from auxiliary.data.tables import read_table
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.run import Run
from auxiliary.training.checkpoint import Checkpoint

# All that may differ between two runs of the same row, seed and machine.
TIMES = ["run_id", "finished_at", "train_seconds", "images_per_second"]
WEIGHTS = "model.weights.h5"


class BrokenPromise(Exception):
    """Something that a kill must not do."""


def promised(fact: bool, otherwise: str) -> None:
    """Raise BrokenPromise unless it is a fact."""
    if not fact:
        raise BrokenPromise(otherwise)


@dataclass(frozen=True)
class Witness:
    """Looks at a root after every kill, and remembers the epochs that were trained by then.

    Attributes:
        root: where runs are killed.
        epochs: the seconds that each finished epoch took, by the run's name.
    """

    root: Path
    epochs: dict[str, list[float]] = field(default_factory=dict)

    def look(self) -> None:
        """Check that all that is there is whole; one that was not killed may go on meanwhile."""
        for run in runs_in(self.root):
            if run.finished:
                _check_run(run)
                self._remember(run, _seconds(run))
            elif run.checkpoint.is_file():
                self._check_checkpoint(run)
        for name in read_results(self.root / "results.csv")["run_id"]:
            promised(name in {run.result.run_id for run in runs_in(self.root) if run.finished},
                     f"results.csv names {name}, which is not finished")
        for path in self.root.glob("data/**/*.csv"):
            read_table(path)
        self._pass_time()

    def compare(self, reference: Path) -> None:
        """Check that a finished root holds what one that was never killed holds, times aside."""
        _compare_files(self.root, reference)
        _compare_results(self.root / "results.csv", reference / "results.csv")
        for run, whole in zip(runs_in(self.root), runs_in(reference), strict=True):
            _compare_runs(run, whole)
            self._remember(run, _seconds(run))
        for path in self.root.glob("assets/*/*.ipynb"):
            _check_notebook(path)

    def _pass_time(self) -> None:
        """Make temporary files a day old: younger ones could be those of another command, and would be left alone."""
        for path in self.root.rglob(".*"):
            if TEMPORARY.fullmatch(path.name):
                with suppress(FileNotFoundError):    # it was another's indeed
                    day_ago = path.stat().st_mtime - 86_400
                    os.utime(path, (day_ago, day_ago))

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
        """Check that the epochs seen earlier are still the same ones: trained again, they would take other times."""
        seen = self.epochs.get(run.id, [])
        promised(seconds[:len(seen)] == seen, f"{run.id} trained epochs again: they took {seconds}, and {seen} before")
        self.epochs[run.id] = seconds


def runs_in(root: Path) -> list[Run]:
    """All runs below a root, finished or not."""
    return [Run(path) for path in sorted(root.glob("models/*/*")) if path.is_dir()]


def progress(root: Path) -> dict[str, int]:
    """How many epochs each run has behind it, by the run's name."""
    return {run.id: len(_seconds(run)) for run in runs_in(root) if (run.folder / "history.csv").is_file()}


def _seconds(run: Run) -> list[float]:
    """What each of a run's own epochs took."""
    return run.history.query("phase == 'own'")["seconds"].tolist()


def _check_run(run: Run) -> None:
    """Read all of a finished run."""
    tables = run.history, run.predictions, run.layers
    promised(all(len(table) for table in tables) and bool(run.recipe), f"{run.id} is finished and lacks something")
    with zipfile.ZipFile(run.model) as model:
        promised(model.testzip() is None, f"{run.model} is damaged")


def _check_notebook(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    failed = [output for cell in cells for output in cell.outputs if output.output_type == "error"]
    promised(not failed and all(cell.execution_count for cell in cells), f"{path} was not executed to its end")


def _compare_files(root: Path, reference: Path) -> None:
    here, there = _files(root), _files(reference)
    promised(here == there, f"{root} has {sorted(here - there)} left over, and lacks {sorted(there - here)}")
    for name in here:
        if name.startswith("data/") and name.endswith((".csv", ".npy")):
            promised(_content(root, name) == _content(reference, name), f"{root / name} came out otherwise")


def _files(root: Path) -> set[str]:
    """All files but locks, which may stay or go; temporary files and checkpoints would be among them."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".lock"}


def _content(root: Path, name: str) -> bytes:
    """A file's bytes, without the root that some paths in it begin with."""
    return (root / name).read_bytes().replace(bytes(root), b"")


def _compare_results(results: Path, reference: Path) -> None:
    here, there = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (results, reference))
    promised(len(here) == len(there) and here["run_id"].is_unique,
             f"{results} has {len(here)} rows for {len(there)} runs: {here['run_id'].tolist()}")
    differing = here.drop(columns=TIMES).compare(there.drop(columns=TIMES))
    promised(differing.empty, f"{results} came out otherwise:\n{differing.to_string()}")


def _compare_runs(run: Run, whole: Run) -> None:
    promised(run.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds")),
             f"{run.id} has another history:\n{run.history}\n{whole.history}")
    for part in ("val", "test"):
        name = f"predictions-{part}.csv"
        promised(_content(run.folder.parents[2], f"models/{run.folder.parent.name}/{run.id}/{name}")
                 == _content(whole.folder.parents[2], f"models/{whole.folder.parent.name}/{whole.id}/{name}"),
                 f"{run.folder / name} came out otherwise")
    promised(_weights(run) == _weights(whole), f"{run.id} has other weights")


def _weights(run: Run) -> bytes:
    with zipfile.ZipFile(run.model) as model:
        return model.read(WEIGHTS)
