"""Trains a finished run anew, apart from everything, and says whether its figures come out again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from auxiliary.commands.reproduce_setup import check_identity, check_images, figures, open_chain, side_by_side
from auxiliary.commands.temporary_root import temporary_root
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.split_files import write_splits
from auxiliary.project.project import Project
from auxiliary.runs.find import find_finished, read_recipe, read_result
from auxiliary.runs.run import Run
from auxiliary.training.identity import find_run
from auxiliary.training.train import train_and_evaluate

DIRTY = "+changes"
NONE = "none"


def surroundings(recipe: Mapping[str, Any]) -> dict[str, str]:
    """What a recipe says of where and by what it was carried out, by name."""
    named = {"commit": recipe["commit"], "device": recipe["device"], "precision": recipe["precision"]}
    return {name: str(value) for name, value in (named | recipe["settings"] | recipe["versions"]).items()}


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """What differs in the surroundings of two recipes, or may.

    Args:
        then: the recipe of a finished run.
        now: what would be its recipe now.

    Returns:
        A sentence each, by name.
    """
    before, after = surroundings(then), surroundings(now)
    found = {name: f"{name}: {before.get(name) or NONE} then, {after.get(name) or NONE} now"
             for name in before | after if before.get(name) != after.get(name)}
    if before["commit"] == after["commit"] and before["commit"].endswith(DIRTY):
        found["code"] = (f"code: changed beyond commit {before['commit'].removesuffix(DIRTY)} then and now, perhaps "
                         "not alike")
    if broken := [f"{told['epoch']} (commit {told['commit'] or 'unknown'})" for told in then.get("breaks", [])]:
        found["broken off"] = f"broken off: after epoch {', '.join(broken)} then, not now"
    return found


def find_chain(run: Run) -> list[Run]:
    """A finished run and those that it goes on from, the first of them first.

    Raises:
        UserError: when one of them is gone, or was not written by this version.
    """
    parent = read_recipe(run)["parent"]
    read_result(run)
    if parent is None:
        return [run]
    before = Run(run.folder.with_name(parent))
    if not before.finished:
        raise UserError(f"{run.id} goes on from {parent}, which is not in {run.folder.parent}: it cannot be repeated "
                        "without what that was made with")
    return [*find_chain(before), run]


# Figures that differ which are printed; all are in the folders of the two runs.
SHOWN = 20


def reproduce_run(name: str, root: Path | None = None) -> None:
    """Train a finished run anew and print whether all its figures agree; those it goes on from too.

    Everything happens in a temporary folder, from the processed images on: nothing that was computed before is
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
    project = open_chain(chain, root or run.folder.parents[2])
    check_images(project, chain)
    check_identity(project, chain)
    _announce(console, chain)
    with temporary_root("repetition") as folder:
        why = _surroundings(console, chain, project)
        again = _train(project, read_recipe(run)["seed"], folder)
        _conclude(console, {then.id: side_by_side(figures(then), figures(now))
                            for then, now in zip(chain, again, strict=True)}, why)


def _announce(console: Console, chain: Sequence[Run]) -> None:
    for run in chain:
        result = run.result
        console.print(f"{run.id} of {result.dataset}: made {result.finished_at:%Y-%m-%d %H:%M} UTC, "
                      f"commit {result.commit or 'unknown'}, in {result.train_seconds:.0f} s of training")


def _surroundings(console: Console, chain: Sequence[Run], project: Project) -> list[str]:
    """Print what differs in the surroundings, a line each, and return the names."""
    machine = runtime.start(read_recipe(chain[-1])["seed"])
    from auxiliary.training.metadata import make_recipe

    found: dict[str, str] = {}
    for run, experiment in zip(chain, project.profile.experiments, strict=True):
        then = read_recipe(run)
        for name, said in differences(then, make_recipe(experiment, then["seed"], project, machine)).items():
            if said not in found.values():
                found[name if name not in found else f"{name} of {run.id}"] = said
    for said in found.values():
        console.print(said)
    return list(found)


def _train(project: Project, seed: int, folder: Path) -> list[Run]:
    """Train all rows of a project in another root, on the same image files."""
    scratch = replace(project, paths=replace(project.paths, root=folder))
    write_splits((project.train, project.val, project.test), project.profile.split, scratch.paths)
    train_and_evaluate(project.profile.experiments[-1], scratch, seed)
    return [find_run(experiment, scratch, seed) for experiment in scratch.profile.experiments]


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
                      "said of every test image")
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
