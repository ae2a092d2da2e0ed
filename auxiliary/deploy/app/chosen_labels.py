"""The labels that a user chooses on the page, written at once to a CSV file that a profile may name."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked
from auxiliary.core.text import label_cell, path_cell, path_of_cell
from auxiliary.data.fixes.fixes_file import HASH, IMAGE, NEW_LABEL, read_fixes
from auxiliary.data.labels.csv_file import open_csv

# The file beside the tables of a data set. No command writes over it.
FILE = "label-fixes.csv"
HEADER = [IMAGE, NEW_LABEL, HASH]
# Excel takes a file without the mark for one in the encoding of its country.
ENCODING = "utf-8-sig"


class ChosenLabels:
    """The file of chosen labels of a data set.

    Args:
        folder: the folder `data/<dataset>`.
        begun: rows of the columns `HEADER` that a new file begins with: the fixes that are applied already, for a
            profile names one file only.

    Attributes:
        path: the file; it need not exist.
        begun: as above.
    """

    def __init__(self, folder: Path, begun: Sequence[Sequence[str]] = ()) -> None:
        self.path, self.begun = folder / FILE, begun

    def read(self) -> dict[str, str]:
        """The label that was chosen for each image, by its path; without the file those that it begins with.

        Raises:
            UserError: the file is no such table.
        """
        if not self.path.is_file():
            return {original: label for original, label, _ in self.begun}
        return {fix.original: fix.new_label for fix in read_fixes(self.path).rows}

    def choose(self, original: str, new_label: str, original_hash: str) -> None:
        """Write the label of an image, in place of one that was chosen before; other rows and columns stay.

        Raises:
            UserError: the file is no such table, or cannot be written; it is not changed.
        """
        with locked(self.path.with_name(f".{FILE}.lock"), f"writing {FILE}"):
            header, rows = self._table()
            new = {IMAGE: path_cell(original), NEW_LABEL: label_cell(new_label), HASH: original_hash}
            place = header.index(IMAGE)
            rows = [row for row in rows if path_of_cell(row[place]) != original]
            rows.append([new.get(name, "") for name in header])
            write_atomically(self.path, _as_csv([header, *rows]))

    def _table(self) -> tuple[list[str], list[list[str]]]:
        """The header and the rows of the file, which has the columns of fixes."""
        if not self.path.is_file():
            return HEADER, [[path_cell(file), label_cell(label), content] for file, label, content in self.begun]
        read_fixes(self.path)
        table = open_csv(self.path)
        names = [name.casefold() if name.casefold() in HEADER else name for name in table.header]
        missing = [name for name in HEADER if name not in names]
        return [*names, *missing], [[*row, *[""] * len(missing)] for _, row in table.rows()]


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(ENCODING)
