"""The order and the labels of runs, the same in every table and figure."""

from collections.abc import Iterable
from math import isnan

import pandas as pd

from auxiliary.core.text import counted, listed, with_ends
from auxiliary.data.views import views_of
from auxiliary.runs.differences import ENVIRONMENT, SETTINGS, settings_of, texts_of
from auxiliary.runs.result import LABELS, REFIT

NAMED = 3    # rows that a sentence names
# One image of ten million: means over seeds, and numbers that Keras wrote, may differ in their last digit.
SAME_ACCURACY = 1e-7


def in_order(results: pd.DataFrame) -> pd.DataFrame:
    """Results in an order that is not that of the file: by seed, then by the time at which they finished.

    Runs that were trained side by side are then in the same order as those trained one by one. Data sets stay in the
    order in which they appear.
    """
    order = pd.DataFrame({
        "dataset": pd.factorize(results["dataset"])[0], "seed": results["seed"].astype("Float64").to_numpy(),
        "time": finished_times(results),
        "run_id": results["run_id"].to_numpy()})
    return results.iloc[order.sort_values([*order], kind="stable", na_position="first").index]


def finished_times(results: pd.DataFrame) -> pd.DatetimeIndex:
    """The times at which runs finished, in UTC; NaT where unknown."""
    return pd.to_datetime(results["finished_at"].to_numpy(), format="ISO8601", utc=True, errors="coerce")


def ranked(results: pd.DataFrame) -> pd.DataFrame:
    """Results sorted by validation accuracy, best first, with a new index; rows without one come last."""
    return results.sort_values("val_accuracy", ascending=False, kind="stable", ignore_index=True)


def is_same(accuracies: pd.Series, accuracy: float) -> pd.Series:
    """Which accuracies are the same as a given one; none is the same as NaN."""
    return (accuracies - accuracy).abs() < SAME_ACCURACY


def tie(accuracies: pd.Series, names: Iterable[str], place: int = 0) -> str:
    """Which other rows have the validation accuracy of the row at a place, in words; empty for none.

    Args:
        accuracies: the validation accuracy of each row.
        names: the label of each row, see `labelled`.
        place: of the row, from 0.

    Returns:
        Such as `with the same validation accuracy as small and large`.
    """
    same = is_same(accuracies, accuracies.iloc[place])
    alike = [name for number, (name, equal) in enumerate(zip(names, same, strict=True)) if equal and number != place]
    return f"with the same validation accuracy as {listed(alike, NAMED)}" if alike else ""


def comparable(results: pd.DataFrame) -> pd.DataFrame:
    """The rows with a stage and a test accuracy; rows that a user typed in may lack them."""
    return results[results["stage"].isin(LABELS) & results["accuracy"].notna()]


def labelled(results: pd.DataFrame) -> list[str]:
    """The label of each row: its key, and all settings in which rows of that key differ.

    Where they differ in none, what else tells them apart: machine, versions, commit or `config_hash`. A row of several
    seeds bears no seed. A refit is called one, for it has no validation accuracy.
    """
    rows = settings_of(results).assign(key=results["key"].astype(str)).reset_index(drop=True)
    names = rows["key"] + rows["refit"].map({REFIT: ", refit"}).fillna("")
    for column in SETTINGS:
        names = _told_apart(names, column, rows, by=rows["key"])
    for column in ENVIRONMENT:
        names = _told_apart(names, column, rows, by=names)
    return names.tolist()


def _told_apart(names: pd.Series, column: str, rows: pd.DataFrame, by: pd.Series) -> pd.Series:
    """Names with the value of a column, in the groups in which it differs."""
    if rows[column].nunique() < 2:
        return names
    names = names.copy()
    for _, group in rows[rows[column].groupby(by).transform("nunique") > 1].groupby(by):
        texts = texts_of(column, group[column], group["stage"])
        names[group.index] += texts.where(texts == "", ", " + texts)
    return names


def with_interval(row: pd.Series) -> str:
    """A test accuracy and its 95% interval, such as `0.944 [0.930, 0.955]`.

    The mean over several seeds has their lowest and highest instead, such as `0.712 (0.706 to 0.718, 3 seeds)`. Of
    runs that diverged there is none, see `divergence`.
    """
    diverged = divergence(row)
    if diverged and pd.isna(row["accuracy"]):
        return diverged
    if pd.isna(row["accuracy_low"]) or pd.isna(row["accuracy_high"]):
        return f"{row['accuracy']:.3f}"
    if several(row):
        seeds = diverged or f"{row['seeds']:,} seeds"
        return f"{row['accuracy']:.3f} ({row['accuracy_low']:.3f} to {row['accuracy_high']:.3f}, {seeds})"
    return with_ends(row["accuracy"], row["accuracy_low"], row["accuracy_high"])


def validation(accuracy: float, digits: int = 3) -> str:
    """A validation accuracy in words; NaN is that of a refit, which was trained on the validation images."""
    if isnan(accuracy):
        return "no validation accuracy (a refit)"
    return f"validation accuracy {accuracy:.{digits}f}"


def divergence(row: pd.Series) -> str:
    """How a row diverged: `diverged in epoch 3`, `1 of 3 seeds diverged`; empty where it did not."""
    if not several(row):
        return f"diverged {row['diverged']}" if row.get("diverged") else ""
    return f"{row['diverged_seeds']:,} of {row['seeds']:,} seeds diverged" if row.get("diverged_seeds") else ""


def several(row: pd.Series) -> bool:
    """Whether a row joins several seeds."""
    return row.get("seeds", 1) > 1


def run_ids(row: pd.Series) -> tuple[str, ...]:
    """The runs whose mean a row is, one per seed that did not diverge; a row of `read_results` is one run."""
    return row["run_ids"] if "run_ids" in row else (row["run_id"],)


def averaged_views(tta: str) -> str:
    """The views that predictions are averaged over, such as `mean over 2 views`; empty for the image alone."""
    return f"mean over {counted(len(views_of(tta)), 'view')}" if tta else ""


def has_duplicates(results: pd.DataFrame) -> bool:
    """Whether any run has test images with a near-duplicate in the training set."""
    return bool((results["test_duplicates"] > 0).any())
