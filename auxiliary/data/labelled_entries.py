"""The files of a data set whose classes stand in CSV files."""

import os
import sys
from collections.abc import Iterable, Iterator

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import beginning
from auxiliary.core.text import counted, first_few, short
from auxiliary.data.entry import Entry
from auxiliary.data.labels.match import match_labels
from auxiliary.data.labels.table import read_labels
from auxiliary.data.layout import Layout

ELSEWHERE = "outside the folder of the CSV file"


def labelled_entries(found: Iterable[tuple[str, str]], layout: Layout) -> Iterator[Entry]:
    """An entry for each file but the CSV files themselves, and for each row of those that names no file.

    Args:
        found: path and error of each file, as `find_files_below` yields them.
        layout: with `label_files`.

    Raises:
        UserError: the CSV files cannot be read, name none of the files, or contradict class folders.
    """
    below = beginning(layout.top)
    own = {str(path) for path in layout.label_files.values()}
    files = []
    for path, error in found:
        if error or not path.startswith(below):
            yield Entry(path, "", "", error or ELSEWHERE)
        elif path not in own:
            files.append(path.removeprefix(below).replace(os.sep, "/"))
    labels = read_labels(layout.label_files)
    matched = match_labels(labels, files, layout.top)
    check_folders(matched, first_few([path.name for path in layout.label_files.values()], 3))
    for file, category, part, error in matched.itertuples(index=False):
        # Paths of rows that lead elsewhere stay as they are.
        yield Entry(os.path.join(layout.top, file), sys.intern(category), part, error)  # noqa: PTH118


def check_folders(matched: pd.DataFrame, csv: str) -> None:
    """Refuse labels that contradict class folders.

    A class folder has the name of a class in the CSV files, to the letter. The deepest one around a file counts.

    Args:
        matched: what `match_labels` gives.
        csv: names of the CSV files, for the message.

    Raises:
        UserError: an image lies in the folder of another class than the CSV files give it; both are named.
    """
    used = matched.loc[matched["error"] == "", ["file", "category"]]
    folders = pd.Series([file.rpartition("/")[0] for file in used["file"].tolist()], used.index, dtype="str")
    classes = set(used["category"].unique())
    theirs = folders.map({folder: _class_folder(folder, classes) for folder in folders.unique()})
    other = used[(theirs != "") & (theirs != used["category"])]
    if len(other):
        file, category = other.iloc[0]
        raise UserError(
            f"{short(file, 80)} lies in the folder {short(theirs[other.index[0]])!r}, and by {csv} its class is "
            f"{short(category)!r}; {counted(len(other), 'image')} in all: correct one of the two, or rename the "
            "folders if their names are no classes")


def _class_folder(folder: str, classes: set[str]) -> str:
    return next((name for name in reversed(folder.split("/")) if name in classes), "")
