"""Prints the leaderboards: `python -m auxiliary results [DATASET]`."""

import fnmatch
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import Console

from auxiliary.errors import UserError, unknown
from auxiliary.evaluation.results import read_results
from auxiliary.evaluation.saved import saved_predictions
from auxiliary.paths import Paths, find_root
from auxiliary.reporting.seeds import over_seeds
from auxiliary.reporting.terminal import result_table

# Characters of a terminal from which on there is room for further columns, and as many as a line may need in a file.
ROOMY, ENDLESS = 120, 10_000
# What makes results comparable.
PICTURES = ["dataset", "data", "split"]


def print_results(dataset: str | None = None, rows: str = "*", sort: str = "val_accuracy",
                  root: Path | None = None) -> None:
    """Print a table for each data set; for several where its results are not of the same pictures, so divided.

    Args:
        dataset: the data set whose results to print; all unless given.
        rows: keys of the rows to print, as shell patterns separated by commas.
        sort: the column of results.csv to order the lines by, see `result_table`.
        root: the folder that holds results.csv; the repository unless given.

    Raises:
        UserError: for a data set, row or column that does not exist, or when there are no results at all.
    """
    root = find_root(root)
    results = _chosen(Paths(root, "").results, dataset, rows)
    if sort not in results.columns:
        raise unknown("column", sort, filter(None, results.columns))
    console = Console(markup=False, emoji=False, width=None if sys.stdout.isatty() else ENDLESS)
    tables = over_seeds(results)
    for name, table in _comparable(tables):
        predictions = saved_predictions(table, Paths(root, table["dataset"].iloc[0]).models)
        console.print(result_table(table, predictions, sort, name, wide=console.width >= ROOMY))
    if len(tables[PICTURES].drop_duplicates()) > tables["dataset"].nunique():
        console.print("Results on other pictures, or on pictures divided in another way, cannot be compared: they have "
                      "tables of their own.", highlight=False)


def _chosen(path: Path, dataset: str | None, rows: str) -> pd.DataFrame:
    """The results of a data set, or of all, and of some rows."""
    results = read_results(path)
    if results.empty:
        raise UserError(f"{path} holds no results yet: run a profile first, as in `python -m auxiliary run demo`")
    if dataset is not None:
        if dataset not in set(results["dataset"]):
            raise unknown(f"data set of {path}", dataset, set(results["dataset"]))
        results = results[results["dataset"] == dataset]
    chosen = pd.Series(False, results.index)
    for pattern in rows.split(","):
        found = results["key"].map(lambda key, pattern=pattern: fnmatch.fnmatchcase(key, pattern.strip()))
        if not found.any():
            raise unknown("row", pattern.strip(), set(results["key"]))
        chosen |= found
    return results[chosen].reset_index(drop=True)


def _comparable(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The results of the same pictures, so divided, with what they are of, in order of appearance."""
    for keys, part in table.groupby(PICTURES, sort=False):
        dataset, data, split = keys
        others = table[table["dataset"] == dataset]
        known = {"split": split or "not recorded", "data": data or "not recorded"}
        apart = [f"{name} {value}" for name, value in known.items() if len(set(others[name])) > 1]
        yield ", ".join([dataset or "data set not recorded", *apart]), part
