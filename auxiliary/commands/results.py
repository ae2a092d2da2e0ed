"""`python -m auxiliary results [DATASET]`: prints the leaderboards."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from auxiliary.core.console import ENDLESS, PlainConsole
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import Paths, find_root
from auxiliary.core.text import matches
from auxiliary.reporting.results_table import result_table
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import over_seeds

WIDE = 120      # characters: a terminal at least so wide shows more columns
# Only results that agree in these columns can be compared.
IMAGES = ["dataset", "images_hash", "split_rule"]


def print_results(dataset: str | None = None, experiments: str = "*", sort: str = "val_accuracy",
                  root: Path | None = None) -> None:
    """Print one table per data set; several if its results are of other images or of another split.

    Args:
        dataset: the data set whose results to print; all unless given.
        experiments: keys of the experiments to print, as shell patterns separated by commas.
        sort: the column of results.csv to sort by, see `result_table`.
        root: the folder that holds results.csv; the repository unless given.

    Raises:
        UserError: for a data set, experiment or column that does not exist, or when there are no results.
    """
    root = find_root(root)
    results = _chosen(Paths(root, "").results, dataset, experiments)
    if sort not in results.columns:
        raise unknown("column", sort, filter(None, results.columns))
    console = PlainConsole(width=None if sys.stdout.isatty() else ENDLESS)
    tables = over_seeds(results)
    for name, table in _comparable(tables):
        predictions = saved_predictions(table, Paths(root, table["dataset"].iloc[0]).models)
        console.print(result_table(table, predictions, sort, name, wide=console.width >= WIDE))
    if len(tables[IMAGES].drop_duplicates()) > tables["dataset"].nunique():
        console.print("Results on other images or another split cannot be compared: they have separate tables.")


def _chosen(path: Path, dataset: str | None, experiments: str) -> pd.DataFrame:
    """The results of one data set, or of all, and of some experiments."""
    results = read_results(path)
    if results.empty:
        raise UserError(f"{path} holds no results yet: run a profile first, as in `python -m auxiliary run demo`")
    if dataset is not None:
        if dataset not in set(results["dataset"]):
            raise unknown(f"data set of {path}", dataset, set(results["dataset"]))
        results = results[results["dataset"] == dataset]
    chosen = pd.Series(False, results.index)
    for pattern in experiments.split(","):
        found = results["key"].map(lambda key, pattern=pattern: matches(key, pattern.strip()))
        if not found.any():
            raise unknown("experiment", pattern.strip(), set(results["key"]))
        chosen |= found
    return results[chosen].reset_index(drop=True)


def _comparable(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Groups of comparable results with their titles, in order of appearance."""
    for keys, group in table.groupby(IMAGES, sort=False):
        dataset, images, split = keys
        others = table[table["dataset"] == dataset]
        known = {"split_rule": split or "not recorded", "images_hash": images or "not recorded"}
        differing = [f"{name} {value}" for name, value in known.items() if len(set(others[name])) > 1]
        yield ", ".join([dataset or "data set not recorded", *differing]), group
