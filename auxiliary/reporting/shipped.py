"""The shipped rows of results.csv beside own ones: their accuracy as one column, and where they come from."""

from math import nan
from numbers import Real

import pandas as pd

from auxiliary.core.text import short
from auxiliary.runs.differences import differing
from auxiliary.runs.labels import labelled, ranked, with_interval
from auxiliary.runs.own import counterparts

# Their values tell a reader nothing.
HASHES = {"images_hash", "config_hash"}
CODE = "another version of the training code"


def shipped_cells(results: pd.DataFrame, shipped: pd.DataFrame | None) -> list[str]:
    """The test accuracy of the shipped experiment beside each row, such as `0.885 [0.864, 0.903]`.

    A star says that its settings, images or version are others, see `shipped_table`. Empty where there is none.

    Args:
        results: rows as `read_results` or `over_seeds` returns them.
        shipped: the shipped rows, see `auxiliary.runs.own`; None for none.
    """
    if shipped is None or shipped.empty:
        return [""] * len(results)
    pairs = zip(results.iterrows(), counterparts(results, shipped), strict=True)
    return ["" if other is None else f"{with_interval(other)}{' *' if differing(row, other) else ''}"
            for (_, row), other in pairs]


def shipped_figures(results: pd.DataFrame, shipped: pd.DataFrame | None) -> pd.DataFrame:
    """The same with all digits, for other programs; arguments as for `shipped_cells`.

    Returns:
        One row per row of `results`, with its index. Columns: `shipped`, the test accuracy from 0 to 1, NaN where there
        is none; `shipped_differs_in`, the columns of results.csv in which it differs.
    """
    beside = [None] * len(results) if shipped is None else counterparts(results, shipped)
    return pd.DataFrame({
        "shipped": [nan if other is None else other["accuracy"] for other in beside],
        "shipped_differs_in": ["" if other is None else ", ".join(differing(row, other))
                               for (_, row), other in zip(results.iterrows(), beside, strict=True)]}, results.index)


def shipped_table(results: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """Where the shipped experiments beside own rows come from; arguments as for `shipped_cells`.

    Returns:
        One row each, best own validation accuracy first. Columns `experiment` (the label of the own row), `shipped`
        (its test accuracy), `machine`, `precision`, `commit`, `finished` (the day, UTC) and `differs in` (the columns
        of results.csv in which it differs).
    """
    best = ranked(results)
    found = [(name, row, other) for name, (_, row), other in zip(
        labelled(best), best.iterrows(), counterparts(best, shipped), strict=True) if other is not None]
    return pd.DataFrame([
        {"experiment": name, "shipped": with_interval(other), "machine": other["device"],
         "precision": _precision(row, other), "commit": other["commit"], "finished": other["finished_at"][:10],
         "differs in": _differences(row, other)} for name, row, other in found])


def _differences(row: pd.Series, other: pd.Series) -> str:
    names = differing(row, other)
    if names == ["config_hash"]:
        return f"{CODE}, or another training of its parent" if row["parent"] else CODE
    return ", ".join(name if name in HASHES else f"{name} ({_value(other[name])}, here {_value(row[name])})"
                     for name in names) or "nothing"


def _precision(row: pd.Series, other: pd.Series) -> str:
    """The shipped row's precision, and the own one where it is another."""
    return other["precision"] + (f", here {row['precision']}" if row["precision"] != other["precision"] else "")


def _value(value: object) -> str:
    if isinstance(value, Real) and not pd.isna(value):
        return f"{value:g}"
    return short(value) or "none"
