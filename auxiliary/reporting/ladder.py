"""Ladders: several experiments of one model, each of which changes something in the one before it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from auxiliary.core.text import counting_order
from auxiliary.evaluation.compare import compare, difference_text
from auxiliary.evaluation.comparison import Comparison
from auxiliary.reporting.sweep_rows import swept_keys
from auxiliary.runs.differences import differing, texts_of
from auxiliary.runs.labels import comparable, with_interval

LEAST = 3    # experiments of one model


def ladders(results: pd.DataFrame) -> list[pd.DataFrame]:
    """The models with three experiments or more, which share a `model_id`, their keys as people count them.

    Args:
        results: rows of one data set as `over_seeds` returns them; those without an accuracy and those of a grid are
            left out.

    Returns:
        The rows of each model, with a new index.
    """
    rows = comparable(results[~results["key"].isin(swept_keys(results))])
    groups = [group for _, group in rows.groupby(["stage", "model_id"], sort=False) if group["key"].nunique() >= LEAST]
    return [group.sort_values("key", key=lambda keys: keys.map(counting_order), kind="stable", ignore_index=True)
            for group in groups]


def gains(rows: pd.DataFrame, predictions: Mapping[str, pd.DataFrame]) -> list[Comparison | None]:
    """The difference in test accuracy of each row to the one before; None for the first, and where it is unknown.

    Args:
        rows: a ladder.
        predictions: test predictions of the runs that have any, by `run_id`.
    """
    found = [compare(rows.iloc[place], rows.iloc[place - 1], predictions) for place in range(1, len(rows))]
    return [None, *found]


def ladder_table(rows: pd.DataFrame, found: Sequence[Comparison | None]) -> pd.DataFrame:
    """What each step changes, and what that gains.

    Args:
        rows: a ladder.
        found: the gain of each step, see `gains`.

    Returns:
        Columns `experiment`, `changed` (the settings that differ from the row before), `validation` (accuracy, 0 to 1),
        `test` (accuracy with its interval) and `gain` (in test accuracy, with its 95% interval and p-value).
    """
    return pd.DataFrame({
        "experiment": rows["key"], "changed": ["", *(_changed(rows, place) for place in range(1, len(rows)))],
        "validation": rows["val_accuracy"], "test": [with_interval(row) for _, row in rows.iterrows()],
        "gain": list(map(gain_text, found))})


def gain_text(found: Comparison | None) -> str:
    """A gain in points, such as `+0.9 (+0.4 to +1.5), p 0.002`; empty where it is unknown."""
    if found is None:
        return ""
    return difference_text(found.points, found.ends, found.p)


def _changed(rows: pd.DataFrame, place: int) -> str:
    """The settings in which a row differs from the one before, with the row's values; of networks only that they do."""
    row, other = rows.iloc[place], rows.iloc[place - 1]
    # A child without epochs only evaluates its parent's network in another way.
    hidden = {"config_hash", "model_id"} | ({"epochs", "parent"} if row["epochs"] == 0 else set())
    names = [name for name in differing(row, other) if name not in hidden]
    pair = rows.iloc[[place - 1, place]]
    return ", ".join(name if name == "network" else texts_of(name, pair[name], pair["stage"]).iloc[-1]
                     for name in names)
