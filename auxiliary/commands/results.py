"""Prints the leaderboards: `python -m auxiliary results [DATASET]`."""

import fnmatch
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich.console import Console

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import Paths, find_root
from auxiliary.reporting.results_table import result_table
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import over_seeds

# Characters of a terminal from which on there is room for further columns, and as many as a line may need in a file.
ROOMY, ENDLESS = 120, 10_000
# What makes results comparable.
IMAGES = ["dataset", "images_hash", "split_rule"]


def print_results(dataset: str | None = None, experiments: str = "*", sort: str = "val_accuracy",
                  root: Path | None = None) -> None:
    """Print a table for each data set; for several where its results are not of the same images, so divided.

    Args:
        dataset: the data set whose results to print; all unless given.
        rows: keys of the rows to print, as shell patterns separated by commas.
        sort: the column of results.csv to order the lines by, see `result_table`.
        root: the folder that holds results.csv; the repository unless given.

    Raises:
        UserError: for a data set, row or column that does not exist, or when there are no results at all.
    """
    root = find_root(root)
    results = _chosen(Paths(root, "").results, dataset, experiments)
    if sort not in results.columns:
        raise unknown("column", sort, filter(None, results.columns))
    console = Console(markup=False, emoji=False, width=None if sys.stdout.isatty() else ENDLESS)
    tables = over_seeds(results)
    for name, table in _comparable(tables):
        predictions = saved_predictions(table, Paths(root, table["dataset"].iloc[0]).models)
        console.print(result_table(table, predictions, sort, name, wide=console.width >= ROOMY))
    if len(tables[IMAGES].drop_duplicates()) > tables["dataset"].nunique():
        console.print("Results on other images, or on images divided in another way, cannot be compared: they have "
                      "tables of their own.", highlight=False)


def _chosen(path: Path, dataset: str | None, experiments: str) -> pd.DataFrame:
    """The results of a data set, or of all, and of some rows."""
    results = read_results(path)
    if results.empty:
        raise UserError(f"{path} holds no results yet: run a profile first, as in `python -m auxiliary run demo`")
    if dataset is not None:
        if dataset not in set(results["dataset"]):
            raise unknown(f"data set of {path}", dataset, set(results["dataset"]))
        results = results[results["dataset"] == dataset]
    chosen = pd.Series(False, results.index)
    for pattern in experiments.split(","):
        found = results["key"].map(lambda key, pattern=pattern: fnmatch.fnmatchcase(key, pattern.strip()))
        if not found.any():
            raise unknown("experiment", pattern.strip(), set(results["key"]))
        chosen |= found
    return results[chosen].reset_index(drop=True)


def _comparable(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The results of the same images, so divided, with what they are of, in order of appearance."""
    for keys, part in table.groupby(IMAGES, sort=False):
        dataset, data, split = keys
        others = table[table["dataset"] == dataset]
        known = {"split_rule": split or "not recorded", "images_hash": data or "not recorded"}
        apart = [f"{name} {value}" for name, value in known.items() if len(set(others[name])) > 1]
        yield ", ".join([dataset or "data set not recorded", *apart]), part
