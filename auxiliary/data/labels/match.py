"""Labels of the files in a folder, from the rows of its CSV files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few, short
from auxiliary.data.labels.paths import lies_outside
from auxiliary.data.labels.places import SEVERAL, find_places
from auxiliary.data.labels.rows import one_row_each

NAMED = 5
COLUMNS = ["file", "category", "publisher_split", "error"]


def match_labels(labels: pd.DataFrame, files: Sequence[str], folder: Path) -> pd.DataFrame:
    """Give each file of a folder the class that its row names.

    A file is found as `find_places` describes. A line is printed about rows whose file is not found.

    Args:
        labels: what `read_labels` read.
        files: paths of the files relative to the folder, with forward slashes, each once.
        folder: the folder that holds the CSV files and, at any depth, the files; absolute.

    Returns:
        One row per file, in order, then one per row of the CSV files without a file: file, category, publisher_split
        ("train", "val" or "test"; "" for all where no row is for validation or test), error ("", or why the file has no
        class, such as "not in train.csv", or why the row has no file).

    Raises:
        UserError: no row's file is found.
    """
    places = find_places(labels["file"].tolist(), labels["publisher_split"].tolist(), files, folder)
    csv = list(labels["csv"].unique())
    if not (places >= 0).any():
        raise UserError(f"{folder} holds none of the images that {' and '.join(csv)} names, such as "
                        f"{short(labels['file'].iloc[0], 80)!r}: paths must begin at the folder of the CSV file")
    strays = _strays(labels, places)
    matched = _by_file(labels[places >= 0].assign(file=np.array(files, object)[places[places >= 0]]), files, csv)
    table = pd.concat([matched, strays], ignore_index=True)
    if set(table["publisher_split"].unique()) <= {"", "train"}:
        table["publisher_split"] = ""
    return table


def _by_file(rows: pd.DataFrame, files: Sequence[str], csv: Sequence[str]) -> pd.DataFrame:
    """One row per file, in order, from rows with the files that were found."""
    order = pd.Index(files, dtype="str", name="file")
    table = one_row_each(rows, ["file"]).set_index("file")[COLUMNS[1:]].reindex(order)
    unlisted = table["error"].isna()
    table.loc[unlisted, "error"] = f"not in {' or '.join(csv)}"
    return table.fillna("").reset_index()


def _strays(labels: pd.DataFrame, places: np.ndarray) -> pd.DataFrame:
    """The rows without a file, with what is wrong with them; a line is printed."""
    rows = labels[places < 0]
    outside = np.fromiter(map(lies_outside, rows["file"].tolist()), bool, len(rows))
    reasons = np.select([places[places < 0] == SEVERAL, outside], [
        "but several files of that name are there: write its path from there on",
        "which lies elsewhere: move the CSV file above its images"], "but there is no such file")
    errors = "is in " + rows["csv"] + ", " + pd.Series(reasons, rows.index, dtype="str")
    for error, its in rows["file"].groupby(errors):
        named = first_few([short(file) for file in its.tolist()], NAMED)
        notify(f"{counted(len(its), 'row')} left out, as each names a file that {error}: {named}.")
    return rows.assign(error=errors)[COLUMNS]
