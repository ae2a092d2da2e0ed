"""What settings gain on few images: the finished experiments of `tools/gains.yaml`, compared image by image.

    python -m tools.measure_gains [DATASET] [--root DIR]

Prints a table, and writes it to `tests/benchmarks/gains.csv` in place of the data set's rows on the same settings.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pandas as pd

from auxiliary.commands.cli import root_option
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.compare import compare
from auxiliary.project.open import open_dataset
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.labels import comparable
from auxiliary.runs.seeds import over_seeds
from tools.frozen_backbones import replace_rows
from tools.gains import FEW_IMAGES

TABLE = REPOSITORY / "tests/benchmarks/gains.csv"
RECORDED = ["dataset", "train_images", "val_images", "test_images", "seeds", "precision", "device", "commit",
            "tensorflow", "keras"]


@click.command()
@click.argument("dataset", required=False)
@root_option
def main(dataset: str | None, root: Path | None) -> None:
    """Compare the finished experiments of DATASET that differ in one setting."""
    try:
        project = open_dataset(dataset, root)
        rows = over_seeds(project.results)
        table = measure_gains(rows, saved_predictions(rows, project.paths.models))
    except UserError as error:
        sys.exit(f"error: {error}")
    replace_rows(table, TABLE, ("dataset", "key", "without"))
    print(table.to_string(index=False))


def measure_gains(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What each setting of `FEW_IMAGES` gains, of those whose two experiments are finished.

    Args:
        results: rows of one data set, as `over_seeds` returns them.
        predictions: test predictions of their runs, by `run_id`.

    Returns:
        One row per setting: `key` and `without`, the two experiments; `gain`, `low` and `high`, the difference in test
        accuracy and its 95% interval, in points; `p`; `val_gain`, the difference in validation accuracy, in points
        (NaN of a refit, which has none); and what is `RECORDED` of the row with the setting.
    """
    rows = comparable(results).set_index("key", drop=False)
    found = [_gain(rows.loc[card.key], rows.loc[card.without], predictions)
             for card in FEW_IMAGES if {card.key, card.without} <= set(rows.index)]
    return pd.DataFrame(found, columns=["key", "without", "gain", "low", "high", "p", "val_gain", *RECORDED]).round(6)


def _gain(row: pd.Series, other: pd.Series, predictions: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    found = compare(row, other, predictions)
    low, high = found.ends
    return {"key": row["key"], "without": other["key"], "gain": found.points, "low": low, "high": high, "p": found.p,
            "val_gain": 100 * (row["val_accuracy"] - other["val_accuracy"]), **row[RECORDED]}


if __name__ == "__main__":
    main()
