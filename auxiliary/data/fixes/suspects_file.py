"""The list of suspect labels that people fill in, a copy of the newest one; it is never replaced once it is."""

from contextlib import suppress
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted, label_cell, path_cell, path_of_cell
from auxiliary.data.fixes.fixes_file import IMAGE, NEW_LABEL
from auxiliary.data.labels.csv_file import open_csv
from auxiliary.data.tables import read_table, write_table

# The column that the empty one follows.
BESIDE = "suggested"


def refresh_suspects(made: Path, shown: Path) -> None:
    """Show people the newest list of suspect labels, with an empty column for their own.

    A list that `kept_because` says something of stays as it is.

    Args:
        made: the list that was made; it need not exist, and the other one then goes.
        shown: the file for people.

    Raises:
        UserError: the list that was made cannot be read, or the other one not written.
    """
    if kept_because(shown):
        return
    if not made.is_file():
        shown.unlink(missing_ok=True)
        return
    table = read_table(made, shown.parent)
    table.insert(table.columns.get_loc(BESIDE) + 1, NEW_LABEL, "")
    show_table(table, shown)


def show_table(table: pd.DataFrame, shown: Path) -> None:
    """Write a table of labels for people, whose spreadsheet calculates no name of a file or class in it.

    Args:
        table: with `original`, and some of the columns `category`, `suggested` and `new_label`.
        shown: the file to write or to replace.
    """
    cells = {IMAGE: path_cell} | dict.fromkeys(("category", BESIDE, NEW_LABEL), label_cell)
    table = table.assign(**{name: table[name].map(cell) for name, cell in cells.items() if name in table})
    # Excel takes a file without the mark for one in the encoding of its country.
    write_table(table, shown, encoding="utf-8-sig")


def kept_because(shown: Path) -> str:
    """Why a list for people must not be replaced: somebody filled in labels, or may have; "" where it may."""
    try:
        labels = _cells(shown, NEW_LABEL) if shown.is_file() else []
    except UserError as error:
        return f"it may hold labels of yours: {error}"
    number = sum(map(bool, labels))
    return f"it has {counted(number, 'label')} of yours" if number else ""


def newer_list(made: Path, shown: Path) -> str:
    """Where the newest list is, in a sentence, if people do not see it because theirs stays; "" where they do."""
    reason = kept_because(shown)
    if not reason or not made.is_file():
        return ""
    with suppress(UserError):    # the reason says that it cannot be read
        if set(read_table(made, shown.parent)[IMAGE]) == set(map(path_of_cell, _cells(shown, IMAGE))):
            return ""
    return f"{shown} stays as it is, because {reason}; the newest list is {made}"


def _cells(path: Path, column: str) -> list[str]:
    """The cells of a column of a list, without spaces around; none where it has no such column."""
    table = open_csv(path)
    names = [name.casefold() for name in table.header]
    return [row[names.index(column)].strip() for _, row in table.rows()] if column in names else []
