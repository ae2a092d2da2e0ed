"""The predictions of finished runs, read back from their folders."""

import json
from pathlib import Path

import pandas as pd

from auxiliary.data.tables import read_table
from auxiliary.errors import UserError
from auxiliary.evaluation.columns import folder_of


def saved_predictions(results: pd.DataFrame, models: Path) -> dict[str, pd.DataFrame]:
    """What the runs of some results said of their test pictures, as far as that is at hand.

    A result may come from another machine, or its folder may be gone, or hold a later training of the same run: such
    runs are left out.

    Args:
        results: rows as `read_results` or `over_seeds` gives them; of several seeds together only the run that their
            row names is read, the one of the best validation accuracy.
        models: the folder of the data set's run folders, `models/<dataset>`.

    Returns:
        A predictions frame for each run found, by its name in the column `run`.

    Raises:
        UserError: when a result file is damaged.
    """
    folders = {run: models / folder_of(run) for run in results["run"]}
    return {run: read_table(folder / "predictions-test.csv") for run, folder in folders.items() if _holds(folder, run)}


def _holds(folder: Path, run: str) -> bool:
    """Whether this very run is what was finished in a folder."""
    result = folder / "result.json"
    if not result.is_file():
        return False
    try:
        # Not read as a `Result`: that of an older version lacks columns.
        return json.loads(result.read_text(encoding="utf-8"))["run"] == run
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{result} cannot be read ({error}): remove the folder and train the row anew") from error
