"""Finds a finished run by what its user calls it, or the best there is."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from auxiliary.core.errors import UserError, unknown
from auxiliary.data.tables import read_table
from auxiliary.runs.result import Result, folder_of
from auxiliary.runs.run import Run

# How the name of a run's folder ends.
FINGERPRINT = re.compile(r"-h[0-9a-f]{12}$")
# What a recipe must hold, so that the run can be repeated from it.
NEEDED = {"experiment", "seed", "parent", "pipeline", "dataset", "split", "images", "device", "precision", "settings",
          "versions", "commit"}


def find_finished(name: str, root: Path) -> Run:
    """Find the finished run that is meant.

    Args:
        name: a run's name as in the column `run_id` of `results.csv`, with the time at its end or without; or the path
            of its folder, wherever that lies; or the key of its row, if one finished run has it.
        root: the folder that holds `models/`.

    Raises:
        UserError: when there is no such run, it is not finished, or several are meant.
    """
    folder = Path(name).expanduser().resolve()
    run = Run(folder) if _is_run(folder) else _among(name, root)
    if not run.finished:
        raise UserError(f"{run.id} is not finished: the command that began it goes on with it")
    return run


def find_asked(name: str, root: Path) -> Run:
    """The finished run that is meant, see `find_finished`; without a name the best there is."""
    return find_finished(name, root) if name else find_best(root)


def find_best(root: Path) -> Run:
    """The finished run of the best validation accuracy below a root, of whatever data set; of equals the first.

    Raises:
        UserError: when there is none, or one of them cannot be read.
    """
    finished = [run for run in _runs(root) if run.finished]
    if not finished:
        raise UserError(f"{root / 'models'} holds no finished run: train one first (python -m auxiliary run demo)")
    return max(finished, key=lambda run: read_result(run).val_accuracy)


def read_recipe(run: Run) -> dict[str, Any]:
    """What a run was made with; `UserError` where that is not on record in full."""
    file = run.folder / "recipe.json"
    try:
        recipe = dict(run.recipe)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{file} cannot be read ({error}), so nobody can tell what the run was made with: remove the "
                        "folder and train the row anew") from None
    if missing := sorted(NEEDED - recipe.keys()):
        raise UserError(f"{file} was written by an earlier version and lacks {', '.join(missing)}: remove the folder "
                        "and train the row anew")
    return recipe


def read_result(run: Run) -> Result:
    """The result of a finished run; `UserError` where it is damaged, or this version cannot read it."""
    file, anew = run.folder / "result.json", "remove the folder and train the row anew"
    try:
        return run.result
    except ValidationError as error:
        names = sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]})
        what = f"cannot be read by this version ({', '.join(names)})" if names else "is damaged"
        raise UserError(f"{file} {what}: {anew}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read ({error}): {anew}") from None


def _runs(root: Path) -> list[Run]:
    return [Run(folder) for folder in sorted((root / "models").glob("*/*")) if _is_run(folder)]


def _is_run(folder: Path) -> bool:
    return (folder / "recipe.json").is_file()


def _among(name: str, root: Path) -> Run:
    """The run below `root` that is called so; the key of a row counts where no run has that name."""
    runs = _runs(root)
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
        raise UserError(
            f"{run.folder} holds {read_result(run).run_id}: {name} is another training of the same, and what "
            "is left of it is a row of results.csv"
        )
    return run


def _key(run: Run) -> str:
    """The key of a run's row, empty where the run's recipe is damaged: another run may be meant."""
    try:
        return run.recipe["experiment"]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def saved_predictions(results: pd.DataFrame, models: Path) -> dict[str, pd.DataFrame]:
    """What the runs of some results said of their test images, as far as that is at hand.

    A result may come from another machine, or its folder may be gone, or hold a later training of the same run: such
    runs are left out.

    Args:
        results: rows as `read_results` or `over_seeds` gives them; of several seeds together only the run that their
            row names is read, the one of the best validation accuracy.
        models: the folder of the data set's run folders, `models/<dataset>`.

    Returns:
        A predictions frame for each run found, by its name in the column `run_id`.

    Raises:
        UserError: when a result file is damaged.
    """
    folders = {run: models / folder_of(run) for run in results["run_id"]}
    return {run: read_table(folder / "predictions-test.csv") for run, folder in folders.items() if _holds(folder, run)}


def _holds(folder: Path, run: str) -> bool:
    """Whether this very run is what was finished in a folder."""
    result = folder / "result.json"
    if not result.is_file():
        return False
    try:
        # Not read as a `Result`: that of an older version lacks columns.
        return json.loads(result.read_text(encoding="utf-8"))["run_id"] == run
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{result} cannot be read ({error}): remove the folder and train the row anew") from error
