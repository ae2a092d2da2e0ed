"""Rows of labels that name one file: one of them is kept, with an error where they disagree."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few, short

NAMED = 5


def one_row_each(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Keep the first of the rows that name the same.

    Where such rows name two classes or two parts of the data set, or one of them has an error, the row that is kept has
    an error. Lines are printed about repeated and about contradictory rows.

    Args:
        rows: file, category, publisher_split, csv and error, as `read_labels` describes them.
        by: the columns in which rows that name the same agree: file, and perhaps others.

    Returns:
        One row for all that agree in those columns, in order.
    """
    if not rows["file"].duplicated().any():
        return rows
    csv = " and ".join(rows["csv"].unique())
    distinct = rows.drop_duplicates(["file", "category", "publisher_split", "error"], ignore_index=True)
    if same := len(rows) - len(distinct):
        notify(f"{csv}: {counted(same, 'row')} left out that only repeat{'s' * (same == 1)} another.")
    if not (contradictory := distinct.duplicated(by, keep=False)).any():
        return distinct
    # Numbered in order, as the rows that are kept are.
    numbers = distinct.groupby(list(by), sort=False).ngroup()[contradictory]
    errors = _errors(distinct[contradictory], numbers.tolist())
    kept = distinct.drop_duplicates(by, ignore_index=True)
    bad = list(errors)
    kept.loc[bad, "error"] = list(errors.values())
    kept.loc[bad, "category"] = ""
    notify(f"{csv}: {counted(len(bad), 'file')} left out on which rows do not agree, such as "
           f"{short(kept['file'][bad[0]], 80)}, which {errors[bad[0]]}.")
    return kept


def _errors(rows: pd.DataFrame, numbers: Sequence[int]) -> dict[int, str]:
    """What is wrong with the rows of each number."""
    places = defaultdict(list)
    # In plain Python, as groups of pandas are slow where there are many of them.
    for place, number in enumerate(numbers):
        places[number].append(place)
    columns = [np.array(rows[name].tolist(), object) for name in ("category", "publisher_split", "csv", "error")]
    return {number: _error(*(list(dict.fromkeys(column[its])) for column in columns))
            for number, its in places.items()}


def _error(classes: list[str], parts: list[str], csvs: list[str], errors: list[str]) -> str:
    where = " and ".join(csvs)
    if any(errors):
        return next(filter(None, errors))
    if len(classes) > 1:
        return f"has {len(classes):,} classes in {where}: {first_few([short(name) for name in classes], NAMED)}"
    return f"is in {' and '.join(parts)} by {where}, which would be a leak"
