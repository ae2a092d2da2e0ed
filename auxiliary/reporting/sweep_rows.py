"""The rows of a grid's experiments, and their accuracies on the validation images."""

from collections.abc import Iterator

import pandas as pd

from auxiliary.config.grid_keys import COLUMNS, split_key
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.runs.labels import finished_times, run_ids, several
from auxiliary.runs.result import LABELS

MEASURED = ["accuracy", "accuracy_low", "accuracy_high", "accuracy_std", "test_images"]


def grids(results: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, list[str]]]:
    """The name of each grid, its rows with a new index, and the columns in which they were made to differ.

    A grid is known by its keys. Those of which no two rows differ are left out.

    Args:
        results: rows of one data set as `over_seeds` returns them. Of a key with several the newest counts.
    """
    results = results.reset_index(drop=True)
    order = pd.Series(finished_times(results)).sort_values(kind="stable", na_position="first").index
    newest = results.loc[order].drop_duplicates(["stage", "key"], keep="last").sort_index()
    newest = newest[newest["stage"].isin(LABELS)]
    said = [split_key(str(key)) for key in newest["key"]]
    names = pd.DataFrame({"stage": newest["stage"], "base": [base for base, _ in said],
                          "settings": [tuple(values) for _, values in said]}, newest.index)
    for (_, base, settings), places in names.groupby([*names], sort=False).groups.items():
        rows = newest.loc[places].reset_index(drop=True)
        columns = [COLUMNS.get(name, name) for name in settings]
        if varied := [name for name in dict.fromkeys(columns) if len(rows[name].unique()) > 1]:
            yield base, rows, varied


def swept_keys(results: pd.DataFrame) -> set[str]:
    """The keys of the experiments that belong to a grid of which there are results; `results` as for `grids`."""
    return {key for _, rows, _ in grids(results) for key in rows["key"]}


def on_validation(rows: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Rows with the accuracies on the validation images in place of those on the test images.

    Args:
        rows: rows as `over_seeds` returns them.
        runs: the rows of single runs that these were made of.

    Returns:
        The rows, with other values in the columns `MEASURED`. Ends of intervals that are unknown are NaN.
    """
    accuracy_of = runs.drop_duplicates("run_id", keep="last").set_index("run_id")["val_accuracy"]
    return rows.assign(**pd.DataFrame([_measured(row, accuracy_of) for _, row in rows.iterrows()], rows.index,
                                      MEASURED))


def _measured(row: pd.Series, accuracy_of: pd.Series) -> tuple[float, ...]:
    """Validation accuracy of a row, its interval (of several seeds the lowest and highest), spread and images."""
    accuracy, images = row["val_accuracy"], row["val_images"]
    each = accuracy_of.reindex(list(run_ids(row))).dropna()
    low = high = float("nan")
    if several(row) and len(each):
        low, high = each.min(), each.max()
    elif pd.notna(accuracy) and pd.notna(images) and images > 0:
        low, high = wilson_interval(round(accuracy * int(images)), int(images))
    return accuracy, low, high, each.std(), images
