"""Rows of labels that name one file: one of them is kept, or none where they disagree."""

from collections import defaultdict

import pandas as pd

from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few, short

NAMED = 5


def one_row_per_file(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the first of the rows that name one file.

    Where rows of one file name two classes or two parts of the data set, or one of them has an error, the row that is
    kept has an error. Lines are printed about repeated and about contradictory rows.

    Args:
        rows: file, category, publisher_split, csv and error, as `read_labels` describes them.

    Returns:
        One row per file, in order, with a new index.
    """
    csv = " and ".join(rows["csv"].unique())
    distinct = rows.drop_duplicates(["file", "category", "publisher_split", "error"], ignore_index=True)
    if same := len(rows) - len(distinct):
        notify(f"{csv}: {counted(same, 'row')} left out that only repeat{'s' * (same == 1)} another.")
    contradictory = distinct[distinct["file"].duplicated(keep=False)]
    if contradictory.empty:
        return distinct
    errors = _errors(contradictory)
    named = first_few([f"{short(file)} {error}" for file, error in list(errors.items())[:NAMED + 1]], NAMED)
    notify(f"{csv}: {counted(len(errors), 'file')} left out on which rows do not agree: {named}.")
    kept = distinct.drop_duplicates("file", ignore_index=True)
    bad = kept["file"].isin(list(errors))
    kept.loc[bad, "error"] = kept.loc[bad, "file"].map(errors)
    kept.loc[bad, ["category", "publisher_split"]] = ""
    return kept


def _errors(rows: pd.DataFrame) -> dict[str, str]:
    """What is wrong with the rows of each file."""
    places = defaultdict(list)
    # In plain Python, as groups of pandas are slow where there are many of them.
    for place, file in enumerate(rows["file"].tolist()):
        places[file].append(place)
    columns = [rows[name].to_numpy() for name in ("category", "publisher_split", "csv", "error")]
    return {file: _error(*(list(dict.fromkeys(column[its])) for column in columns)) for file, its in places.items()}


def _error(classes: list[str], parts: list[str], csvs: list[str], errors: list[str]) -> str:
    where = " and ".join(csvs)
    if any(errors):
        return next(filter(None, errors))
    if len(classes) > 1:
        return f"has {len(classes)} classes in {where}: {first_few([short(name) for name in classes], NAMED)}"
    return f"is in {' and '.join(parts)} by {where}, which would be a leak"
