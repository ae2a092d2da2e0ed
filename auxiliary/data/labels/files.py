"""The CSV files of a folder that hold labels, by the part of the data set that they stand for."""

from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.data.folders.find_files import is_hidden
from auxiliary.data.folders.part_names import IN_WORDS, part_of
from auxiliary.data.labels.columns import find_columns, names_of, no_labels
from auxiliary.data.labels.csv_file import CsvHead, read_head

# Names of one file for all images, without `.csv`. Those of one part are such as `part_of` knows.
WHOLE = ("labels", "metadata")


def find_label_files(folder: Path, has_class_folders: bool = False) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Find the CSV files in a folder that name its images and their classes.

    They are called `train.csv`, `val.csv` and `test.csv`, or `metadata.csv` or `labels.csv`, in any usual spelling.

    Args:
        folder: holds them, not a folder below it.
        has_class_folders: whether the images lie in one folder per class, of at least two. Then files without columns
            for file and class are no labels; but a file that is called so and names images must name classes, too.

    Returns:
        Their paths by the part that they stand for: "train", "val" and "test", or "" for one file for all; empty where
        there are none. And what users should know, a sentence each: which files are used, and which are not.

    Raises:
        UserError: two files stand for one part, or one for all stands beside others; a file has no columns for file
            and class; or there is one for validation or test images alone.
    """
    found = [(part, read_head(path)) for part, path in _candidates(folder)]
    if has_class_folders and not any(find_columns(table.header).are_labels for _, table in found):
        for _, table in found:
            if "label" in table.path.stem.casefold() and _is_unlabelled(table):
                raise no_labels(table)
        return {}, tuple(f"{table.path} is not used: it has no columns for both file and class, and the images lie in "
                         "class folders" for _, table in found)
    unlabelled = [table for part, table in found if part == "test" and _is_unlabelled(table)]
    found = [(part, table) for part, table in found if table not in unlabelled]
    _check_parts([(part, table.path.name) for part, table in found], folder)
    for _, table in found:
        if not find_columns(table.header).are_labels:
            raise no_labels(table)
    notes = [f"{table.path} names the classes of {IN_WORDS.get(part, 'the')} images" for part, table in found]
    notes += [f"{table.path} is left out: of its columns, {names_of(table.header)}, none is called as one of classes "
              "(`label`, `category` or `class`)" for table in unlabelled]
    return {part: table.path for part, table in found}, tuple(notes)


def _candidates(folder: Path) -> list[tuple[str, Path]]:
    """The CSV files whose names tell their part, with that part."""
    files = [path for path in sorted(folder.iterdir())
             if path.suffix.lower() == ".csv" and path.is_file() and not is_hidden(path.name)]
    return [(part_of(path.stem), path) for path in files if part_of(path.stem) or path.stem.casefold() in WHOLE]


def _is_unlabelled(table: CsvHead) -> bool:
    """Whether a file names images but no classes, as those of contests do for test images."""
    columns = find_columns(table.header)
    return bool(columns.file) and not columns.category


def _check_parts(found: list[tuple[str, str]], folder: Path) -> None:
    """Check that each image can be named by one file only, and that some are named for training."""
    parts = [part for part, _ in found]
    for part, name in found:
        others = [other for its, other in found if other != name and (its == part or not part)]
        if others:
            raise UserError(f"{folder} holds {name} and {others[0]}, and both may name the same images: leave one of "
                            "them, or one file each for `train.csv`, `val.csv` and `test.csv`")
    if found and not {"", "train"} & set(parts):
        raise UserError(f"{folder} holds {found[0][1]}, but no `train.csv` that names training images: add it, or put "
                        "all rows into one `metadata.csv` with a column `split`")
