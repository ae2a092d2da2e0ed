"""Trains a finished run anew, apart from everything, and says whether its figures come out again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from auxiliary import runtime
from auxiliary.data.parts import write_parts
from auxiliary.errors import UserError
from auxiliary.lab import Lab
from auxiliary.paths import REPOSITORY
from auxiliary.repeating.chain import find_chain
from auxiliary.repeating.figures import figures, side_by_side
from auxiliary.repeating.prepare import check_identity, check_pictures, open_chain
from auxiliary.repeating.surroundings import differences
from auxiliary.temporary_root import temporary_root
from auxiliary.training.find import find_finished, read_recipe
from auxiliary.training.run_folder import Run
from auxiliary.training.train import find_run, train_and_evaluate

# Figures that differ which are printed; all are in the folders of the two runs.
SHOWN = 20


def repeat_run(name: str, root: Path | None = None) -> None:
    """Train a finished run anew and print whether all its figures agree; those it goes on from too.

    Everything happens in a temporary folder, from the processed pictures on: nothing that was computed before is
    read, and nothing is added to `root`. The folder is removed when all figures agree.

    Args:
        name: the run, see `find_finished`.
        root: the folder for data, models, assets and results; unless given, the repository, or the one that the
            run's folder lies in.

    Raises:
        UserError: when the run cannot be repeated, or a figure differs, with what may be why.
    """
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    root = root.expanduser().resolve() if root else None
    run = find_finished(name, root or REPOSITORY)
    chain = find_chain(run)
    lab = open_chain(chain, root or run.folder.parents[2])
    check_pictures(lab, chain)
    check_identity(lab, chain)
    _announce(console, chain)
    with temporary_root("repetition") as folder:
        why = _surroundings(console, chain, lab)
        again = _train(lab, read_recipe(run)["seed"], folder)
        _conclude(console, {then.id: side_by_side(figures(then), figures(now))
                            for then, now in zip(chain, again, strict=True)}, why)


def _announce(console: Console, chain: Sequence[Run]) -> None:
    for run in chain:
        result = run.result
        console.print(f"{run.id} of {result.dataset}: made {result.time:%Y-%m-%d %H:%M} UTC, "
                      f"commit {result.commit or 'unknown'}, in {result.train_seconds:.0f} s of training")


def _surroundings(console: Console, chain: Sequence[Run], lab: Lab) -> list[str]:
    """Print what differs in the surroundings, a line each, and return the names."""
    machine = runtime.start(read_recipe(chain[-1])["seed"])
    from auxiliary.training.record import make_recipe

    found: dict[str, str] = {}
    for run, row in zip(chain, lab.profile.rows, strict=True):
        then = read_recipe(run)
        for name, said in differences(then, make_recipe(row, then["seed"], lab, machine)).items():
            if said not in found.values():
                found[name if name not in found else f"{name} of {run.id}"] = said
    for said in found.values():
        console.print(said)
    return list(found)


def _train(lab: Lab, seed: int, folder: Path) -> list[Run]:
    """Train all rows of a lab in another root, on the same picture files."""
    scratch = replace(lab, paths=replace(lab.paths, root=folder))
    write_parts((lab.train, lab.val, lab.test), lab.profile.split, scratch.paths)
    train_and_evaluate(lab.profile.rows[-1], scratch, seed)
    return [find_run(row, scratch, seed) for row in scratch.profile.rows]


def _conclude(console: Console, tables: dict[str, pd.DataFrame], why: Sequence[str]) -> None:
    """Print the figures; those that differ, and an error, if any do."""
    everything = pd.concat(tables, names=["run"]).reset_index("run")
    different = everything[everything["then"] != everything["again"]]
    shown = different[:SHOWN] if len(different) else everything[everything["of"] == "result"]
    for run, table in shown.groupby("run", sort=False):
        console.print(_table(run, table))
    count = f"{len(everything):,}"
    if different.empty:
        console.print(f"all {count} figures agree to the last digit: those above, those of every epoch, and what is "
                      "said of every test picture")
        return
    if len(different) > SHOWN:
        console.print(f"and {len(different) - SHOWN:,} more")
    reason = (f"what may be why, for it is not what it was: {', '.join(why)}" if why else
              "of what is on record nothing else does, so the run's files were edited, or something is at work that "
              "nobody recorded")
    raise UserError(f"{len(different):,} of {count} figures differ; {reason}")


def _table(title: str, figures: pd.DataFrame) -> Table:
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("figure", overflow="fold")
    for heading in (" then", " again"):
        shown.add_column(heading, justify="right", overflow="fold")
    for entry in figures.itertuples(index=False):
        shown.add_row(entry.figure, f" {entry.then}", f" {entry.again}")
    return shown
