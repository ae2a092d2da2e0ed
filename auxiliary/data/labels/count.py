"""Counts the labels in CSV files, without a look at the images and without a word."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from auxiliary.data.labels.columns import find_columns, no_labels
from auxiliary.data.labels.csv_file import open_csv


def count_labels(files: Iterable[Path]) -> Counter[str]:
    """Count the rows of each class in CSV files; `read_labels` reads them with care, and tells what is wrong.

    Raises:
        UserError: a file cannot be read, has no columns for file and class, or a damaged row.
    """
    counts: Counter[str] = Counter()
    for path in files:
        table = open_csv(path)
        places = find_columns(table.header)
        if not places.are_labels:
            raise no_labels(table)
        counts.update(row[places.category[0]] for _, row in table.rows() if row[places.category[0]].strip())
    return counts
