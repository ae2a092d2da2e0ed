"""Results grouped by any column of results.csv: mean and spread over the runs of each group."""

from dataclasses import replace

import pandas as pd

from auxiliary.core.text import counting_order
from auxiliary.reporting.tables import Cell, Table
from auxiliary.runs.differences import SETTINGS, settings_of
from auxiliary.runs.seeds import means

# What is averaged, with its name in the headings; choices may use validation accuracy, so it comes first.
MEASURED = {"val_accuracy": "validation", "accuracy": "test"}
HEADINGS = {"key": "experiment"} | {f"{column}_{kind}": f"{name} {kind}" for column, name in MEASURED.items()
                                    for kind in ("mean", "sd")}


def grouped_results(results: pd.DataFrame, by: str) -> pd.DataFrame:
    """Mean and spread of the accuracies over the runs of each value of a column; of several experiments over each.

    Args:
        results: rows of one data set as `read_results` returns them, of each run one.
        by: the column, also one that a user added.

    Returns:
        One row per group, sorted by experiment, then by the values, numbers as numbers. Columns: `key` (if there are
        several), the column itself, `runs`, `diverged` (how many of them did, if any), then `val_accuracy_mean`,
        `val_accuracy_sd`, `accuracy_mean` and `accuracy_sd`: accuracies from 0 to 1, and the standard deviation between
        the runs (n - 1), NaN for a single run. Runs that diverged have no accuracy and are left out of both.
    """
    names = [by] if by == "key" or len(set(results["key"])) == 1 else ["key", by]
    groups = results.groupby([results[name] for name in names], dropna=False)
    figures = groups.size().to_frame("runs")
    if (results["diverged"] != "").any():
        figures["diverged"] = (results["diverged"] != "").groupby([results[name] for name in names], dropna=False).sum()
    for column in MEASURED:
        figures[f"{column}_mean"], figures[f"{column}_sd"] = means(groups[column]), groups[column].std()
    values = figures.index.to_frame(index=False)
    order = values.apply(_places).sort_values(names, kind="stable").index
    # Side by side: a user's column may be called `runs`.
    return pd.concat([values, figures.reset_index(drop=True)], axis="columns").iloc[order].reset_index(drop=True)


def grouped_table(grouped: pd.DataFrame, by: str) -> Table:
    """The rows of `grouped_results` by a column as a table."""
    place = int(by != "key" and grouped.columns[0] == "key")
    table = Table.from_frame(grouped.rename(columns=HEADINGS), precision=4)
    # Recorded values are shown as they are: no seed is 1,000 or 3.0000.
    cells = [Cell(text, text, number=False) for text in map(_text, grouped.iloc[:, place])]
    return replace(table, rows=[[*row[:place], cell, *row[place + 1:]]
                                for row, cell in zip(table.rows, cells, strict=True)])


def also_differing(results: pd.DataFrame, by: str) -> list[str]:
    """The settings, but for the seed, in which runs of one group of `grouped_results` differ."""
    different = settings_of(results).groupby([results["key"], results[by].astype(str)]).nunique().max()
    return [name for name in SETTINGS if name not in ("seed", by) and different[name] > 1]


def _places(values: pd.Series) -> pd.Series:
    """The place of each value: numbers by their size, also those of a user's column; other texts as people count."""
    known = values.astype(object).where(values.notna(), "").astype(str)
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.notna().equals(known != ""):
        return numbers
    return known.map({text: place for place, text in enumerate(sorted(set(known), key=counting_order))})


def _text(value: object) -> str:
    if pd.isna(value):
        return "unknown"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"
