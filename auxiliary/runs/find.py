"""Finds runs below a root: by name, the best, and the predictions that they saved."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import with_home
from auxiliary.runs.result import Result, folder_of
from auxiliary.runs.run import Run

# The end of the name of a run's folder.
FINGERPRINT = re.compile(r"-h[0-9a-f]{12}$")
# What a recipe must hold for `reproduce`.
NEEDED = {"experiment", "seed", "parent", "pipeline", "dataset", "split", "images", "device", "precision", "settings",
          "versions", "commit"}
RETRAIN = "remove the folder and train the experiment again"


def find_finished(name: str, root: Path) -> Run:
    """The finished run of a name.

    Args:
        name: a `run_id` of `results.csv`, with the time at its end or without; or the path of the run's folder,
            wherever that is; or the key of an experiment with one finished run.
        root: the folder that holds `models/`.

    Raises:
        UserError: when there is no such run, it is not finished, or several runs have the name.
    """
    folder = with_home(name).resolve()
    run = Run(folder) if Run(folder).begun else _find_by_name(name, root)
    if not run.finished:
        raise UserError(f"{run.id} is not finished: give the command that began it again, and it goes on")
    return run


def find_finished_or_best(name: str, root: Path) -> Run:
    """The finished run of a name, see `find_finished`; the best one where the name is empty."""
    return find_finished(name, root) if name else find_best(root)


def find_best(root: Path) -> Run:
    """The finished run of the best validation accuracy below a root, of all data sets; of equals the first.

    Raises:
        UserError: when there is none, or one of them cannot be read.
    """
    finished = [run for run in _all_runs(root) if run.finished]
    if not finished:
        raise UserError(f"{root / 'models'} holds no finished run: train one first (python -m auxiliary run demo)")
    return max(finished, key=lambda run: read_result(run).val_accuracy)


def read_recipe(run: Run) -> dict[str, Any]:
    """The recipe of a run; `UserError` where it is damaged or incomplete."""
    try:
        recipe = dict(run.recipe)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{run.recipe_file} cannot be read ({error}): {RETRAIN}") from None
    if missing := sorted(NEEDED - recipe.keys()):
        raise UserError(f"{run.recipe_file} lacks {', '.join(missing)}: {RETRAIN}")
    return recipe


def read_result(run: Run) -> Result:
    """The result of a finished run; `UserError` where it is damaged or of another version."""
    try:
        return run.result
    except ValidationError as error:
        names = sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]})
        problem = f"cannot be read by this version ({', '.join(names)})" if names else "is damaged"
        raise UserError(f"{run.result_file} {problem}: {RETRAIN}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{run.result_file} cannot be read ({error}): {RETRAIN}") from None


def runs_in(models: Path) -> list[Run]:
    """The runs of a data set, finished or not, in the order of their folders' names.

    Args:
        models: the folder `models/<dataset>`.
    """
    return [run for run in map(Run, sorted(models.glob("*"))) if run.begun]


def _all_runs(root: Path) -> list[Run]:
    return [run for models in sorted((root / "models").glob("*")) for run in runs_in(models)]


def _find_by_name(name: str, root: Path) -> Run:
    """The run below `root` with a name; a key counts where no run has that name."""
    runs = _all_runs(root)
    untimed = folder_of(name)
    finished = [run for run in runs if run.finished]
    found = [run for run in runs if run.id in (name, untimed)] or [run for run in finished if _key(run) == name]
    if not found:
        known = [run.id if FINGERPRINT.search(untimed) else _key(run) for run in finished]
        raise unknown(f"run of {root}", name, set(known) - {""})
    if len(found) > 1:
        listed = [f"{run.id} ({run.folder.parent.name}, seed {read_recipe(run)['seed']})" for run in found]
        raise UserError("\n  ".join([f"{len(found)} finished runs are called {name!r}; name one of them:", *listed]))
    run, = found
    if run.id == untimed != name and run.finished and read_result(run).run_id != name:
        raise UserError(f"{run.folder} holds {read_result(run).run_id}, a later training of the same experiment; of "
                        f"{name} only the row of results.csv is left")
    return run


def _key(run: Run) -> str:
    """The key of a run's experiment; empty where the recipe is damaged, for another run may have the name."""
    try:
        return run.recipe["experiment"]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def saved_predictions(results: pd.DataFrame, models: Path) -> dict[str, pd.DataFrame]:
    """The saved predictions for the test images, of those runs whose folder is here.

    Runs of another machine, runs whose folder is gone, and runs whose folder holds a later training are left out.

    Args:
        results: rows as `read_results` or `over_seeds` returns them; for several seeds `over_seeds` names the run of
            the best validation accuracy, and only that one is read.
        models: the folder `models/<dataset>`.

    Returns:
        The predictions of each run found, by its `run_id`.

    Raises:
        UserError: when a result file is damaged.
    """
    runs = {run_id: Run(models / folder_of(run_id)) for run_id in results["run_id"]}
    return {run_id: run.predictions for run_id, run in runs.items() if _holds(run, run_id)}


def _holds(run: Run, run_id: str) -> bool:
    """Whether a folder holds the training of this `run_id`, and not an earlier or later one."""
    try:
        return run.run_id == run_id
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{run.result_file} cannot be read ({error}): {RETRAIN}") from error
