"""The list of suspect labels that people fill in, a copy of the newest one; it is never replaced once it is."""

from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import counted
from auxiliary.data.fixes.fixes_file import IMAGE, NEW_LABEL
from auxiliary.data.labels.csv_file import open_csv
from auxiliary.data.tables import read_table, write_table

# The column that the empty one follows.
BESIDE = "suggested"


def refresh_suspects(made: Path, shown: Path) -> None:
    """Show people the newest list of suspect labels, with an empty column for their own.

    A list in which somebody has filled in a label, or that cannot be read, stays as it is. Where the newest one has
    other images, a sentence says so.

    Args:
        made: the list that was made; it need not exist, and the other one then goes.
        shown: the file for people.

    Raises:
        UserError: the list that was made cannot be read, or the other one not written.
    """
    try:
        labels = filled_in(shown) if shown.is_file() else {}
    except UserError as error:
        notify(f"{shown} stays as it is, because it may hold labels of yours: {error}")
        return
    if any(labels.values()):
        _notify_kept(made, shown, labels)
    elif made.is_file():
        table = read_table(made, shown.parent)
        table.insert(table.columns.get_loc(BESIDE) + 1, NEW_LABEL, "")
        # Excel takes a file without the mark for one in the encoding of its country.
        write_table(table, shown, encoding="utf-8-sig")
    else:
        shown.unlink(missing_ok=True)


def filled_in(path: Path) -> dict[str, str]:
    """What stands in `new_label` of a list, by the path of the image; all are "" where it has no such column."""
    table = open_csv(path)
    places = [table.header.index(name) if name in table.header else None for name in (IMAGE, NEW_LABEL)]
    cells = ([row[place].strip() if place is not None else "" for place in places] for _, row in table.rows())
    return dict(cells)


def _notify_kept(made: Path, shown: Path, labels: dict[str, str]) -> None:
    if made.is_file() and set(read_table(made, shown.parent)[IMAGE]) != set(labels):
        number = counted(sum(map(bool, labels.values())), "label")
        notify(f"{shown} stays as it is, because it has {number} of yours: save it under another name to see the "
               f"newest list, which is {made}")
