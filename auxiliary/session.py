"""One run of a profile: says what is to come, runs the notebooks, and says what came of it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from auxiliary.config.parameters import read_parameters
from auxiliary.config.profile import Row
from auxiliary.data.parts import is_divided
from auxiliary.data.sources import DATA_SETS
from auxiliary.errors import UserError
from auxiliary.estimate import estimate_seconds
from auxiliary.evaluation.saved import saved_predictions
from auxiliary.lab import Lab
from auxiliary.opening import open_lab
from auxiliary.reporting.comparison import answer
from auxiliary.reporting.seeds import over_seeds
from auxiliary.reporting.terminal import result_table
from auxiliary.runner import find_notebooks, progress_file, run_notebook
from auxiliary.training.run_folder import Run
from auxiliary.training.train import find_run
from auxiliary.watch import Watch


def run_profile(profile: str, parameters: Mapping[str, str], only: str = "", rows: str = "*",
                root: Path | None = None) -> None:
    """Run a profile's notebooks and print the result.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, written as in YAML.
        only: numbers of the notebooks to run, separated by commas; all unless given.
        rows: keys of the rows to train, as shell patterns separated by commas.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: for whatever does not exist or does not fit, before anything runs; and for a failing notebook.
    """
    console = Console()
    profile = str(Path(profile).resolve()) if Path(profile).suffix in (".yaml", ".yml") else profile
    overrides = read_parameters(parameters)
    notebooks = find_notebooks(only)
    lab = open_lab(profile, rows, overrides, root)
    notebooks = [notebook for notebook in notebooks if has_work(console, lab, notebook)]
    _announce(console, lab, notebooks)
    values = {"profile": profile, "rows": rows, "overrides": overrides | _located(lab), "root": str(lab.paths.root)}
    try:
        written = run_notebooks(console, lab, notebooks, values)
    except KeyboardInterrupt:
        raise UserError("interrupted; the same command goes on after the last whole epoch") from None
    # Opened anew: notebook 01 may have written other tables.
    _conclude(console, open_lab(profile, rows, values["overrides"], root), written)


def _located(lab: Lab) -> dict[str, str]:
    """Where the pictures are, whatever folder a kernel starts in."""
    places = {"dataset": lab.paths.own, "source": lab.profile.source}
    return {name: str(path) for name, path in places.items() if path}


def run_notebooks(console: Console, lab: Lab, notebooks: list[Path], values: Mapping[str, Any]) -> list[Path]:
    """Execute notebooks one after the other, showing how far they are.

    Args:
        console: where to show it.
        lab: the open profile.
        notebooks: those to run, in order.
        values: their parameters.

    Returns:
        The executed notebooks.

    Raises:
        UserError: when one fails.
    """
    # The path of a socket may have about 100 characters, which some systems' own temporary folder nearly fills.
    with tempfile.TemporaryDirectory(dir="/tmp" if Path("/tmp").is_dir() else None) as folder:
        watch = Watch(console, progress_file(Path(folder)), len(notebooks))
        written = []
        with watch.shown():
            for notebook in notebooks:
                watch.begin(notebook.stem)
                written.append(run_notebook(notebook, lab, values, Path(folder)))
                watch.end()
    return written


def _rows(lab: Lab, notebook: Path) -> tuple[Row, ...] | None:
    """The rows that a notebook trains; None where it trains none by design."""
    return {"02": lab.profile.scratch, "03": lab.profile.transfer}.get(notebook.name[:2])


def has_work(console: Console, lab: Lab, notebook: Path) -> bool:
    """Whether a notebook has rows to train, or needs none; says so where it has not."""
    rows = _rows(lab, notebook)
    if rows == ():
        console.print(f"{notebook.stem} is left out: it has no rows to train", highlight=False)
    return rows != ()


def _announce(console: Console, lab: Lab, notebooks: list[Path]) -> None:
    known = DATA_SETS.get(lab.profile.dataset)
    console.print(known.about if known else f"{lab.paths.dataset}: the pictures in {lab.paths.own}", highlight=False)
    stages = {row.stage for notebook in notebooks for row in _rows(lab, notebook) or ()}
    rows = [row for row in lab.needed if row.stage in stages]
    if not rows:
        return
    table = Table(Column("row", overflow="fold"), "network", "epochs", "about", title="To train")
    pictures = _pictures(lab)
    seconds = {row.key: _remaining(row, lab, pictures) for row in rows}
    for row in rows:
        table.add_row(row.key, getattr(row, "backbone", row.network), str(row.epochs), _duration(seconds[row.key]))
    console.print(table)
    if not pictures:
        console.print("How long that takes is known once the pictures are here.")
    elif whole := sum(filter(None, seconds.values())):
        console.print(f"About {_duration(whole)} of training on this machine, give or take a factor of two.",
                      highlight=False)


def _remaining(row: Row, lab: Lab, pictures: int) -> float | None:
    """Seconds that a row will still take, all its seeds; 0 where it is finished, None where nobody can tell."""
    if not pictures:
        return None
    # Without pictures divided in this way there is nothing that a run could have been trained on.
    if not is_divided(lab.profile.split, lab.paths):
        return estimate_seconds(row, pictures) * len(row.seeds)
    runs = [find_run(row, lab, seed) for seed in row.seeds]
    left = [max(0, row.epochs - _epochs_done(run)) for run in runs if not run.finished]
    return sum(estimate_seconds(row.model_copy(update={"epochs": epochs}), pictures) for epochs in left)


def _epochs_done(run: Run) -> int:
    """After how many epochs an unfinished run goes on; 0 where it starts from the beginning or nobody can tell."""
    try:
        return int((run.history["phase"] == "own").sum()) if run.checkpoint.is_file() else 0
    except (OSError, ValueError, KeyError):
        return 0


def _pictures(lab: Lab) -> int:
    """How many pictures there are, or will be as far as one can tell; 0 where one cannot."""
    if lab.paths.raw.is_dir():
        return sum(path.is_file() for path in lab.paths.raw.rglob("*"))
    return 0 if lab.profile.source else DATA_SETS[lab.profile.dataset].pictures


def _duration(seconds: float | None) -> str:
    if not seconds:
        return "?" if seconds is None else "read back"
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"


def _conclude(console: Console, lab: Lab, written: list[Path]) -> None:
    results = over_seeds(lab.results)
    if len(results):
        predictions = saved_predictions(results, lab.paths.models)
        console.print(result_table(results, predictions))
        console.print(answer(results, lab.chance, predictions), highlight=False)
    console.print("\nwritten:")
    for path in (*written, lab.paths.assets, lab.paths.models, lab.paths.results):
        if path.exists():
            console.print(f"  {path}", highlight=False, soft_wrap=True)
