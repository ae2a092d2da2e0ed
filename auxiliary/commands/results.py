"""`python -m auxiliary results [DATASET]`: prints the leaderboards, or the results grouped by a column."""

import sys
from pathlib import Path

import pandas as pd

from auxiliary.commands.results_forms import comparability, grouped, leaderboards
from auxiliary.core.console import ENDLESS, PlainConsole
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import Paths, find_root
from auxiliary.core.text import matches
from auxiliary.runs.own import Rows, own_and_shipped, shipped_remark
from auxiliary.runs.results_csv import read_results


def print_results(dataset: str | None = None, experiments: str = "*", sort: str = "", root: Path | None = None,
                  shipped: bool = False, by: str = "", as_csv: bool = False) -> None:
    """Print one table per data set; several if its results are of other images or of another split.

    Of each data set that has own runs these are printed, else the shipped rows, see `auxiliary.runs.own`.

    Args:
        dataset: the data set whose results to print; all unless given.
        experiments: keys of the experiments to print, as shell patterns separated by commas.
        sort: the column of results.csv to sort by, see `result_table`; validation accuracy unless given.
        root: the folder that holds results.csv; the repository unless given.
        shipped: print the shipped rows instead.
        by: print mean and spread over the runs of each value of this column instead, see `grouped_results`.
        as_csv: print one CSV table on standard output, with all digits.

    Raises:
        UserError: for a data set, experiment or column that does not exist, when there are no results, or for `sort`
            together with `by`.
    """
    root = find_root(root)
    rows = own_and_shipped(_of_data_set(Paths(root, "").results, dataset), root)
    results = _of_experiments(_chosen(rows, shipped), experiments)
    _check_columns(results, sort, by)
    console = PlainConsole(width=None if sys.stdout.isatty() else ENDLESS)
    own = set() if shipped else set(rows.own["dataset"])
    forms = list(grouped(results, by, own) if by else leaderboards(
        results, own, root, sort=sort, width=console.width, shipped=None if shipped else rows.beside))
    if as_csv:
        pd.concat([form.frame for form in forms]).to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    for form in forms:
        console.print(form.table)
    for sentence in ("" if by else comparability(results),
                     "" if shipped else shipped_remark(set(results["dataset"]) - own)):
        if sentence:
            console.print(sentence)


def _of_data_set(path: Path, dataset: str | None) -> pd.DataFrame:
    """The rows of one data set, or of all."""
    results = read_results(path)
    if results.empty:
        raise UserError(f"{path} holds no results yet: run a profile first, as in `python -m auxiliary run demo`")
    if dataset is None:
        return results
    if dataset not in set(results["dataset"]):
        raise unknown(f"data set of {path}", dataset, set(results["dataset"]))
    return results[results["dataset"] == dataset]


def _chosen(rows: Rows, shipped: bool) -> pd.DataFrame:
    """The rows to print: data sets with own runs first, each kind by name."""
    results = rows.shipped if shipped else rows.shown
    if results.empty:
        raise UserError("there are no shipped rows: leave out --shipped to see your own runs")
    order = results[["dataset"]].assign(shipped=~results["dataset"].isin(set(rows.own["dataset"])))
    return results.loc[order.sort_values(["shipped", "dataset"], kind="stable").index].reset_index(drop=True)


def _of_experiments(results: pd.DataFrame, experiments: str) -> pd.DataFrame:
    """The rows of some experiments."""
    chosen = pd.Series(False, results.index)
    for pattern in experiments.split(","):
        found = results["key"].map(lambda key, pattern=pattern: matches(key, pattern.strip()))
        if not found.any():
            raise unknown("experiment", pattern.strip(), set(results["key"]))
        chosen |= found
    return results[chosen].reset_index(drop=True)


def _check_columns(results: pd.DataFrame, sort: str, by: str) -> None:
    for name in filter(None, (sort, by)):
        if name not in results.columns:
            raise unknown("column", name, filter(None, results.columns))
    if sort and by:
        raise UserError("--by sorts its rows by their values: leave out --sort, or --by for the leaderboard")
