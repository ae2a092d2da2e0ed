"""Compares the classes of a CSV file with those of the folders that the images lie in."""

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted, short


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
