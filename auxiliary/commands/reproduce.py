"""`python -m auxiliary reproduce RUN`: trains a finished run again and compares all figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from auxiliary.commands.reproduce_conclusion import conclude, conclude_nearly
from auxiliary.commands.reproduce_recipe import read_recipe
from auxiliary.commands.reproduce_setup import check_identity, check_images, figures, open_chain, side_by_side
from auxiliary.commands.temporary_root import temporary_root
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.gpus import stated_gpus
from auxiliary.core.paths import REPOSITORY, find_root
from auxiliary.core.text import counted
from auxiliary.core.threads import MOST, stated_threads, usable_cores
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.project import Project
from auxiliary.runs.named import find_finished
from auxiliary.runs.run import Run
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate

DIRTY = "+changes"
NONE = "none"


def environment(recipe: Mapping[str, Any]) -> dict[str, str]:
    """The commit, code, machine, settings and versions of a recipe, by name."""
    named = {name: recipe.get(name) or "" for name in ("commit", "code", "device", "precision")}
    return {name: str(value) for name, value in (named | recipe["settings"] | recipe["versions"]).items()}


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """The differences between the environments of two recipes, certain or possible.

    Args:
        then: the recipe of a finished run.
        now: the recipe that it would have now.

    Returns:
        One sentence per difference, by its name.
    """
    before, after = environment(then), environment(now)
    found = {name: f"{name}: {before.get(name) or NONE} then, {after.get(name) or NONE} now"
             for name in before | after if before.get(name) != after.get(name)}
    if before["commit"] == after["commit"] and before["commit"].endswith(DIRTY):
        found.setdefault("code", f"code: uncommitted changes to {before['commit'].removesuffix(DIRTY)} then and now, "
                                 "which may differ")
    if breaks := [f"{each['epoch']} (commit {each['commit'] or 'unknown'})" for each in then.get("breaks", [])]:
        found["interrupted"] = f"interrupted: after epoch {', '.join(breaks)} then, not now"
    return found


def find_chain(run: Run) -> list[Run]:
    """A finished run behind its parents, the first parent first.

    Raises:
        UserError: when one of them is gone, cannot be read by this version, or has another recipe than it had; or the
            run is an ensemble.
    """
    if members := [member.id for member in run.members]:
        raise UserError(f"{run.id} is an ensemble, the mean of what its members predict: reproduce these, "
                        f"{', '.join(members)}")
    parent = read_recipe(run)["parent"]
    if parent is None:
        return [run]
    parent_run = Run(run.folder.with_name(parent))
    if not parent_run.finished:
        raise UserError(f"{run.id} cannot be reproduced without its parent {parent}, which is not in "
                        f"{run.folder.parent}: put its folder back")
    return [*find_chain(parent_run), run]


def reproduce_run(name: str, root: Path | None = None, dataset: str = "") -> None:
    """Train a finished run and its parents again, and print whether all figures agree.

    Everything happens in a temporary folder and starts from the processed images: no cached features or models are
    read, and nothing is written in `root`. The folder is removed when all figures agree. They agree to the last digit,
    or within a tolerance where the run or a parent is not deterministic. Networks are computed with as many threads as
    the run's.

    Args:
        name: the run, see `find_finished`.
        root: the folder for data, models, assets and results; unless given, the repository, or the root that the
            run's folder lies in.
        dataset: the data set that the run is of; empty for any.

    Raises:
        UserError: when the run cannot be reproduced, or a figure differs, with possible reasons.
    """
    console = PlainConsole(soft_wrap=True)
    root = find_root(root) if root else None
    run = find_finished(name, root or REPOSITORY, dataset)
    chain = find_chain(run)
    recorded = [figures(each) for each in chain]
    project = open_chain(chain, root or run.folder.parents[2])
    check_images(project, chain)
    check_identity(project, chain)
    _announce(console, chain)
    gpus = read_recipe(run)["settings"].get("gpus")
    with stated_threads(_threads(console, run)), stated_gpus(gpus), temporary_root("reproduce") as folder:
        reasons = _print_differences(console, chain, project)
        again = _train(project, read_recipe(run)["seed"], folder)
        tables = {made.id: side_by_side(then, figures(made)) for then, made in zip(recorded, again, strict=True)}
        exact = all(experiment.deterministic for experiment in project.profile.experiments)
        if exact:
            conclude(console, tables, reasons)
        else:
            conclude_nearly(console, tables, reasons, _fewest_images(chain))


def _announce(console: PlainConsole, chain: Sequence[Run]) -> None:
    for run in chain:
        result = run.result
        console.print(f"{run.id} of {result.dataset}: finished {result.finished_at:%Y-%m-%d %H:%M} UTC, "
                      f"commit {result.commit or 'unknown'}, in {result.train_seconds:.0f} s of training")


def _threads(console: PlainConsole, run: Run) -> int | None:
    """The number of threads that a run had, or None where it cannot be had; printed where this machine has others."""
    number, cores = read_recipe(run)["settings"].get("cores", "none on record"), counted(usable_cores(), "core")
    if number not in range(1, MOST + 1):
        console.print(f"trains with a thread for each of {cores}; those of the run, {number}, cannot be had")
        return None
    if number != usable_cores():
        console.print(f"trains with {counted(number, 'thread')}, as the run was, on {cores} of this machine")
    return number


def _print_differences(console: PlainConsole, chain: Sequence[Run], project: Project) -> list[str]:
    """Print the differences between the environments, one line each, and return their names."""
    machine = runtime.start(read_recipe(chain[-1])["seed"])
    from auxiliary.training.metadata import make_recipe

    found: dict[str, str] = {}
    for run, experiment in zip(chain, project.profile.experiments, strict=True):
        then = read_recipe(run)
        now = make_recipe(Job(experiment, then["seed"], project), machine)
        for name, sentence in differences(then, now).items():
            if sentence not in found.values():
                found[name if name not in found else f"{name} of {run.id}"] = sentence
    for sentence in found.values():
        console.print(sentence)
    return list(found)


def _train(project: Project, seed: int, folder: Path) -> list[Run]:
    """Train all experiments of a project in another root, on the same image files."""
    scratch = replace(project, paths=replace(project.paths, root=folder))
    write_splits((project.train, project.val, project.test), project.profile.split, scratch.paths)
    train_and_evaluate(project.profile.experiments[-1], scratch, seed)
    return [Job(experiment, seed, scratch).run for experiment in scratch.profile.experiments]


def _fewest_images(chain: Sequence[Run]) -> int:
    """The fewest images that an accuracy of some runs is measured on; a refit has no validation images."""
    return min(count for run in chain for count in (run.result.val_images, run.result.test_images) if count)
