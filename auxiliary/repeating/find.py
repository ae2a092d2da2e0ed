"""Finds a finished run by what its user calls it, with the runs that it goes on from."""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auxiliary.errors import UserError, unknown
from auxiliary.evaluation.columns import Result, folder_of
from auxiliary.training.run_folder import Run

# How the name of a run's folder ends.
FINGERPRINT = re.compile(r"-[0-9a-f]{12}$")
# What a recipe must hold, so that the run can be repeated from it.
NEEDED = {"row", "seed", "parent", "pipeline", "dataset", "split", "pictures", "device", "precision", "settings",
          "versions", "commit"}


def find_finished(name: str, root: Path) -> Run:
    """Find the finished run that is meant.

    Args:
        name: a run's name as in the column `run` of `results.csv`, with the time at its end or without; or the path
            of its folder, wherever that lies; or the key of its row, if one finished run has it.
        root: the folder that holds `models/`.

    Raises:
        UserError: when there is no such run, it is not finished, or several are meant.
    """
    folder = Path(name).expanduser().resolve()
    run = Run(folder) if _is_run(folder) else _among(name, root)
    if not run.finished:
        raise UserError(f"{run.id} is not finished, so there is nothing to compare with: the command that began it "
                        "goes on with it")
    return run


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


def read_recipe(run: Run) -> dict[str, Any]:
    """What a run was made with; `UserError` where that is not on record in full."""
    file = run.folder / "recipe.json"
    try:
        recipe = run.recipe
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read ({error}), so the run cannot be repeated") from None
    if missing := sorted(NEEDED - recipe.keys()):
        raise UserError(f"{file} was written by an earlier version and lacks {', '.join(missing)}: remove the folder "
                        "and train the row anew to have a run that can be repeated")
    return recipe


def read_result(run: Run) -> Result:
    """The result of a finished run; `UserError` where this version cannot read it."""
    try:
        return run.result
    except ValidationError as error:
        names = sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]})
        raise UserError(f"{run.folder / 'result.json'} cannot be read by this version ({', '.join(names) or error}): "
                        "remove the folder and train the row anew to have a run that can be repeated") from None


def _is_run(folder: Path) -> bool:
    return (folder / "recipe.json").is_file()


def _among(name: str, root: Path) -> Run:
    """The run below `root` that is called so; the key of a row counts where no run has that name."""
    runs = [Run(folder) for folder in sorted((root / "models").glob("*/*")) if _is_run(folder)]
    untimed = folder_of(name)
    finished = [run for run in runs if run.finished]
    found = [run for run in runs if run.id in (name, untimed)] or [run for run in finished if _key(run) == name]
    if not found:
        known = [run.id if FINGERPRINT.search(untimed) else _key(run) for run in finished]
        raise unknown(f"run of {root}", name, set(known) - {""})
    if len(found) > 1:
        listed = [f"{run.id} ({run.folder.parent.name}, seed {run.recipe['seed']})" for run in found]
        raise UserError("\n  ".join([f"{len(found)} finished runs are called {name!r}; name one of them:", *listed]))
    run, = found
    if run.id == untimed != name and run.finished and read_result(run).run != name:
        raise UserError(f"{run.folder} holds {read_result(run).run}: {name} is another training of the same, and what "
                        "is left of it is a row of results.csv")
    return run


def _key(run: Run) -> str:
    """The key of a run's row, empty where the run's recipe is damaged: another run may be meant."""
    try:
        return run.recipe["row"]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
