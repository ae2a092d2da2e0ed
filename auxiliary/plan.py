"""What a run of a profile is going to train, and how long that takes."""

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from auxiliary.config.profile import Row
from auxiliary.data.parts import is_divided
from auxiliary.data.sources import DATA_SETS
from auxiliary.estimate import estimate_seconds
from auxiliary.lab import Lab
from auxiliary.training.run_folder import Run
from auxiliary.training.train import find_run


def has_work(console: Console, lab: Lab, notebook: Path) -> bool:
    """Whether a notebook has rows to train, or needs none; says so where it has not."""
    rows = _rows(lab, notebook)
    if rows == ():
        console.print(f"{notebook.stem} is left out: it has no rows to train", highlight=False)
    return rows != ()


def announce(console: Console, lab: Lab, notebooks: list[Path]) -> None:
    """Say which rows some notebooks are going to train, and how long that will take."""
    known = DATA_SETS.get(lab.profile.dataset)
    console.print(known.about if known else f"{lab.paths.dataset}: the pictures in {lab.paths.own}", highlight=False)
    stages = {row.stage for notebook in notebooks for row in _rows(lab, notebook) or ()}
    rows = [row for row in lab.needed if row.stage in stages]
    if not rows:
        return
    table = Table(Column("row", overflow="fold"), "network", "epochs", "about", title="To train")
    pictures = _pictures(lab)
    seconds = {row.key: remaining(row, lab, pictures) for row in rows}
    for row in rows:
        table.add_row(row.key, getattr(row, "backbone", row.network), str(row.epochs), _duration(seconds[row.key]))
    console.print(table)
    if not pictures:
        console.print("How long that takes is known once the pictures are here.")
    elif whole := sum(filter(None, seconds.values())):
        console.print(f"About {_duration(whole)} of training on this machine, give or take a factor of two.",
                      highlight=False)


def remaining(row: Row, lab: Lab, pictures: int) -> float | None:
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


def _rows(lab: Lab, notebook: Path) -> tuple[Row, ...] | None:
    """The rows that a notebook trains; None where it trains none by design."""
    return {"02": lab.profile.scratch, "03": lab.profile.transfer}.get(notebook.name[:2])
