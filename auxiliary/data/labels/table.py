"""Reads the labels in CSV files: one row per image, with its class and, where it is told, its part of the data set."""

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from sys import intern

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few, short
from auxiliary.data.folders.part_names import part_of
from auxiliary.data.labels.columns import Columns, choose, find_columns, is_surely_split, no_labels
from auxiliary.data.labels.csv_file import WESTERN, CsvFile, open_csv
from auxiliary.data.labels.kind import check_one_class_each
from auxiliary.data.labels.paths import relative_paths
from auxiliary.data.labels.rows import one_row_each

NAMED = 5
# The parts that a column may name in a file that stands for one part; validation images are often cut from training
# images.
WITHIN = {"": ("train", "val", "test"), "train": ("train", "val"), "val": ("val",), "test": ("test",)}


def read_labels(files: Mapping[str, Path]) -> pd.DataFrame:
    """Read and check the labels of images.

    Columns are found by their names, see `find_columns`. Lines are printed about rows that are left out.

    Args:
        files: CSV files in one folder, by the part that they stand for, as `find_label_files` gives them; `{"": path}`
            for any single file.

    Returns:
        One row per file and part, in the order of the CSV files: file (relative to their folder, with forward slashes;
        other paths begin with "/", ".." or a drive), category ("" where it has an error), publisher_split ("train",
        "val", "test" or ""), csv (name of the CSV file) and error (why the row gives no class, such as "has 2 classes
        in labels.csv: cat, dog"; "" if it does).

    Raises:
        UserError: a file cannot be read, has no columns or ambiguous ones for file and class, a damaged row, an unknown
            part, or not one class per image.
    """
    tables = [_read(open_csv(path), part) for part, path in files.items()]
    labels = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    del tables
    # One name may stand for two files, one in the folder of each part.
    labels = one_row_each(labels, ["file", "publisher_split"])
    check_one_class_each(labels)
    return labels


def _read(table: CsvFile, part: str) -> pd.DataFrame:
    places = find_columns(table.header)
    if not places.are_labels:
        raise no_labels(table)
    if table.encoding == WESTERN:
        notify(f"{table.path} is not in UTF-8, so it is read as Windows-1252, the encoding of Western Europe.")
    columns, lines = _cells(table, places)
    files = choose(places.file, columns, "the image's file", table)
    rows = pd.DataFrame({
        "file": pd.Series(relative_paths(files, table.path.parent), dtype="str"),
        "category": pd.Series(choose(places.category, columns, "its class", table), dtype="str"),
        "publisher_split": pd.Series(_parts(table, places.split, columns, lines, part), dtype="str"),
        "csv": pd.Series([table.path.name] * len(files), dtype="str"),
        "error": pd.Series([""] * len(files), dtype="str"),
    })
    rows = _marked(rows, lines, table.path.name)
    if rows.empty:
        raise UserError(f"{table.path} names no images: it needs a row for each of them below its header")
    return rows


def _cells(table: CsvFile, places: Columns) -> tuple[dict[int, list[str]], Sequence[int]]:
    """The columns at some places, and the line of each row in the file."""
    lines, columns = array("Q"), {place: [] for place in (*places.file, *places.category, *places.split)}
    add_line = lines.append
    # Methods that are bound once: there may be a million rows. One string for all of a class or part.
    files = [(place, columns[place].append) for place in places.file]
    few = [(place, columns[place].append) for place in (*places.category, *places.split)]
    for line, row in table.rows():
        add_line(line)
        for place, add in files:
            add(row[place])
        for place, add in few:
            add(intern(row[place]))
    return columns, lines


def _parts(table: CsvFile, places: Sequence[int], columns: Mapping[int, list[str]], lines: Sequence[int],
           part: str) -> list[str]:
    """The part of each row, from its column or from the file's name."""
    if not places:
        return [part] * len(lines)
    values = choose(places, columns, "its part of the data set", table)
    parts = {value: part_of(value) for value in set(values)}
    if not all(parts.values()) and not is_surely_split(table.header[places[0]]):
        notify(f"{table.path}: the column {short(table.header[places[0]])!r} is not used, because it holds other words "
               "than train, val and test.")
        return [part] * len(lines)
    for value, line in zip(values, lines, strict=True):
        if parts[value] not in WITHIN[part]:
            raise UserError(_bad_part(table, value, line))
    return [parts[value] for value in values]


def _bad_part(table: CsvFile, value: str, line: int) -> str:
    where = f"{table.path}, line {line:,}: the part {short(value)!r}"
    if part_of(value):
        return (f"{where} does not fit the file's name: call a file that names images of several parts `metadata.csv`, "
                "or move the row")
    return f"{where} is none of train, val and test: correct it, or rename the column if it means something else"


def _marked(rows: pd.DataFrame, lines: Sequence[int], name: str) -> pd.DataFrame:
    """The rows with a file; those without a class have that as their error. Lines are printed about both kinds."""
    no_file, no_class = (_blank(rows[column].tolist()) for column in ("file", "category"))
    for empty, what in ((no_file, "file"), (no_class & ~no_file, "class")):
        if number := int(empty.sum()):
            named = first_few([f"{lines[place]:,}" for place in np.flatnonzero(empty)], NAMED)
            notify(f"{name}: {counted(number, 'row')} without a {what} left out, on the lines {named}.")
    if no_class.any():
        rows.loc[no_class, ["category", "error"]] = ["", f"has no class in {name}"]
    return rows[~no_file].reset_index(drop=True) if no_file.any() else rows


def _blank(cells: Sequence[str]) -> np.ndarray:
    return np.fromiter((not cell or cell.isspace() for cell in cells), bool, len(cells))
