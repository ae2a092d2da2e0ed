"""One run of a profile: says what is to come, runs the notebooks, and says what came of it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from auxiliary.config.parameters import read_value
from auxiliary.data.sources import DATA_SETS
from auxiliary.errors import UserError
from auxiliary.estimate import estimate_seconds
from auxiliary.lab import Lab, open_lab
from auxiliary.reporting.comparison import answer, leaderboard
from auxiliary.runner import find_notebooks, run_notebook
from auxiliary.watch import Watch

# A folder or file given on the command line is meant from where it is typed; kernels start elsewhere.
PATHS = ("dataset", "source")


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
    overrides = {name: _absolute(name, read_value(text)) for name, text in parameters.items()}
    notebooks = find_notebooks(only)
    lab = open_lab(profile, rows, overrides, root)
    _announce(console, lab, notebooks)
    values = {"profile": profile, "rows": rows, "overrides": overrides, "root": str(lab.paths.root)}
    written = _run_all(console, lab, notebooks, values)
    _conclude(console, lab, written)


def _absolute(name: str, value: Any) -> Any:
    if name in PATHS and isinstance(value, str) and Path(value).expanduser().exists():
        return str(Path(value).expanduser().resolve())
    return value


def _run_all(console: Console, lab: Lab, notebooks: list[Path], values: Mapping[str, Any]) -> list[Path]:
    with tempfile.TemporaryDirectory() as folder:
        progress = Path(folder) / "progress"
        watch = Watch(console, progress, len(notebooks))
        written = []
        try:
            with watch.shown():
                for notebook in notebooks:
                    watch.begin(notebook.stem)
                    written.append(run_notebook(notebook, lab, values, progress))
                    watch.end()
        except KeyboardInterrupt:
            raise UserError("interrupted; the same command goes on from the last finished row") from None
    return written


def _announce(console: Console, lab: Lab, notebooks: list[Path]) -> None:
    numbers = {notebook.name[:2] for notebook in notebooks}
    rows = [row for row in lab.profile.rows if {"scratch": "02", "transfer": "03"}[row.stage] in numbers]
    console.print(f"{lab.paths.dataset}: {', '.join(notebook.stem for notebook in notebooks)}", highlight=False)
    if not rows:
        return
    pictures = _pictures(lab)
    table = Table("row", "network", "epochs", "seeds", "about", title="To train; finished rows are read back")
    seconds = 0.0
    for row in rows:
        each = estimate_seconds(row, pictures) * len(lab.profile.seeds) if pictures else 0.0
        seconds += each
        table.add_row(row.key, getattr(row, "backbone", row.network), str(row.epochs), str(len(lab.profile.seeds)),
                      _duration(each) if pictures else "?")
    console.print(table)
    console.print(f"About {_duration(seconds)} of training on this machine, give or take a factor of two."
                  if pictures else "How long that takes is known once the pictures are here.", highlight=False)


def _pictures(lab: Lab) -> int:
    """How many pictures there are, or will be as far as one can tell; 0 where one cannot."""
    if lab.paths.table("clean").is_file():
        return len(lab.train) + len(lab.val) + len(lab.test)
    if lab.paths.raw.is_dir():
        return sum(path.is_file() for path in lab.paths.raw.rglob("*"))
    return 0 if lab.profile.source else DATA_SETS[lab.profile.dataset].pictures


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"


def _conclude(console: Console, lab: Lab, written: list[Path]) -> None:
    results = lab.results
    if len(results):
        console.print(_as_table(leaderboard(results), f"{lab.paths.dataset}, best validation accuracy first"))
        console.print(answer(results, lab.chance), highlight=False)
    console.print("\nwritten:")
    for path in (*written, lab.paths.assets, lab.paths.models, lab.paths.results):
        if path.exists():
            console.print(f"  {path}", highlight=False, soft_wrap=True)


def _as_table(frame: pd.DataFrame, title: str) -> Table:
    table = Table(title=title)
    for name in frame.columns:
        table.add_column(name.replace("_", " "), justify="left" if frame[name].dtype == object else "right")
    for row in frame.itertuples(index=False):
        table.add_row(*("" if pd.isna(value) else f"{value:,}" if isinstance(value, int) else str(value)
                        for value in row))
    return table
