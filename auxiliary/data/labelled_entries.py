"""The files of a data set whose classes stand in CSV files."""

import os
import sys
from collections.abc import Iterable, Iterator

from auxiliary.core.files import beginning
from auxiliary.core.text import first_few
from auxiliary.data.entry import Entry
from auxiliary.data.labels.class_folders import check_folders
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
