"""The two forms of `python -m auxiliary results`, each as tables for a terminal and as frames for CSV."""

from collections.abc import Collection, Iterator
from math import inf
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import rich.table

from auxiliary.config.grid_keys import without_setting
from auxiliary.core.paths import Paths
from auxiliary.core.text import counted
from auxiliary.reporting.grouped_results import also_differing, grouped_results, grouped_table
from auxiliary.reporting.results_table import result_frame, result_table
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.seeds import over_seeds

# Only results that agree in these columns can be compared.
IMAGES = ["dataset", "images_hash", "split_rule"]


class Form(NamedTuple):
    """Some results of one data set.

    Attributes:
        table: for a terminal.
        frame: the same with all digits; its first columns are `dataset` and `rows`, which is `own` or `shipped`.
    """

    table: rich.table.Table
    frame: pd.DataFrame


def leaderboards(results: pd.DataFrame, own: Collection[str], root: Path, shipped: pd.DataFrame | None, sort: str,
                 width: int) -> Iterator[Form]:
    """One leaderboard per data set; several, the newest first, if its results are of other images or another split.

    Args:
        results: rows as `read_results` returns them.
        own: the data sets whose rows are own ones, see `auxiliary.runs.own`.
        root: the folder that holds `models/`.
        shipped: the shipped rows that may stand beside own ones; None for none.
        sort: as for `result_table`.
        width: as for `result_table`.
    """
    for name, table in _comparable(results, own):
        dataset = table["dataset"].iloc[0]
        predictions = saved_predictions(table, Paths(root, dataset).models)
        frame = result_frame(table, predictions, sort, shipped).assign(
            images_hash=table["images_hash"].iloc[0], split_rule=table["split_rule"].iloc[0])
        yield Form(result_table(table, predictions, sort, name, width, shipped), _marked(frame, dataset, own))


def grouped(results: pd.DataFrame, by: str, own: Collection[str]) -> Iterator[Form]:
    """Mean and spread over the runs of each value of a column, one table per data set.

    Experiments of a grid that differ in that column, `by`, alone have one key, without what it says of the column. The
    other arguments are those of `leaderboards`.
    """
    for dataset, rows in results.groupby("dataset", sort=False):
        rows = rows.assign(key=rows["key"].map(lambda key: without_setting(key, by)))
        frame = grouped_results(rows, by)
        title = f"{_title(dataset, own)}: mean and standard deviation (sd) over runs, by {by}"
        others = also_differing(rows, by)
        caption = f"runs of one row also differ in {', '.join(others)}" if others else ""
        yield Form(grouped_table(frame, by).to_rich(title, caption), _marked(frame, dataset, own))


def comparability(results: pd.DataFrame) -> str:
    """A sentence where a data set has several leaderboards; else empty."""
    if len(results[IMAGES].drop_duplicates()) == results["dataset"].nunique():
        return ""
    return "Results on other images or another split cannot be compared: they have separate tables."


def _comparable(results: pd.DataFrame, own: Collection[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Groups of comparable results, over seeds, with their titles: of each data set the newest first."""
    times = pd.to_datetime(results["finished_at"], format="ISO8601", utc=True, errors="coerce")
    newest = times.groupby([results[name] for name in IMAGES]).max()
    table = over_seeds(results)
    places = {name: place for place, name in enumerate(table["dataset"].unique())}
    groups = dict(iter(table.groupby(IMAGES, sort=False)))
    for keys in sorted(groups, key=lambda keys: (places[keys[0]], _age(newest[keys]))):
        differing = _differing(groups[keys], table[table["dataset"] == keys[0]])
        if differing and not pd.isna(newest[keys]):
            differing.append(f"newest run {newest[keys]:%Y-%m-%d}")
        yield ", ".join([_title(keys[0], own), *differing]), groups[keys]


def _age(time: pd.Timestamp) -> float:
    """A number that is larger for earlier times, and largest for an unknown one."""
    return inf if pd.isna(time) else -time.timestamp()


def _differing(group: pd.DataFrame, others: pd.DataFrame) -> list[str]:
    """What tells comparable results from the others of their data set."""
    images, split = group["images_hash"].iloc[0], group["split_rule"].iloc[0]
    differing = [f"split_rule {split or 'not recorded'}"] if len(set(others["split_rule"])) > 1 else []
    counts = {each: _images(rows) for each, rows in others.groupby("images_hash", sort=False)}
    if len(counts) > 1:
        differing += [counted(counts[images], "image")] if counts[images] else []
        if not counts[images] or [*counts.values()].count(counts[images]) > 1:
            differing.append(f"images_hash {images or 'not recorded'}")
    return differing


def _images(rows: pd.DataFrame) -> int:
    """The number of images that results are of; 0 where no row tells, for sampling changes how many are trained on."""
    counts = rows.loc[rows["sampling"] == "none", ["train_images", "val_images", "test_images"]]
    totals = counts.dropna().astype(int).sum(axis="columns").unique()
    return int(totals[0]) if len(totals) == 1 else 0


def _title(dataset: str, own: Collection[str]) -> str:
    return f"{dataset or 'data set not recorded'}, {'own runs' if dataset in own else 'shipped rows'}"


def _marked(frame: pd.DataFrame, dataset: str, own: Collection[str]) -> pd.DataFrame:
    """A frame that says whose results it holds."""
    whose = pd.DataFrame({"dataset": dataset, "rows": "own" if dataset in own else "shipped"}, frame.index)
    return pd.concat([whose, frame], axis="columns")
