"""Which columns of a CSV file name the image's file, its class and its part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auxiliary.core.errors import UserError
from auxiliary.core.text import first_few, short
from auxiliary.data.labels.csv_file import CsvHead

# Names as `_plain` spells them. Those of a second tuple count only where a file has none of the first: a file with
# `id` and `filename` may number its rows, one with `class_id` and `label` its classes.
FILE = (("filepath", "filename", "file", "image", "path", "filepaths", "filenames", "imagepath", "imagename",
         "imagefile", "img"), ("id", "imageid"))
CLASS = (("label", "category", "class", "labels", "classname", "categoryname", "labelname"), ("classid", "labelid"))
SPLIT = (("split",), ("subset", "partition", "dataset", "set"))
NAMED = 12


@dataclass(frozen=True)
class Columns:
    """The places of the columns that may name something, from 0; several are the same or ambiguous.

    Attributes:
        file: those that may name the image's file.
        category: those that may name its class.
        split: those that may name its part.
    """

    file: tuple[int, ...]
    category: tuple[int, ...]
    split: tuple[int, ...]

    @property
    def are_labels(self) -> bool:
        """Whether there are a file and a class in each row."""
        return bool(self.file and self.category)


def find_columns(header: Sequence[str]) -> Columns:
    """Find columns by their names, in any case, with or without spaces, hyphens and underscores."""
    return Columns(*(_places(header, names) for names in (FILE, CLASS, SPLIT)))


def _places(header: Sequence[str], names: Sequence[Sequence[str]]) -> tuple[int, ...]:
    plain = [_plain(name) for name in header]
    found = (tuple(place for place, name in enumerate(plain) if name in rank) for rank in names)
    return next(filter(None, found), ())


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def no_labels(table: CsvHead) -> UserError:
    """The error for a file without a column of files or of classes."""
    if len(table.header) == 1:
        return UserError(f"{table.path} has only one column, {short(table.header[0])!r}: a file and a class are "
                         "needed in each row, with a comma, a semicolon or a tab between them")
    wanted = {"the image's file (`filepath`, `filename`, `image`, `path` or `id`)": find_columns(table.header).file,
              "its class (`label`, `category` or `class`)": find_columns(table.header).category}
    missing = " and ".join(what for what, places in wanted.items() if not places)
    return UserError(f"{table.path} has the columns {names_of(table.header)}: none is called as one that names "
                     f"{missing}; its first line must name such columns")


def names_of(header: Sequence[str]) -> str:
    """Names of columns for a message."""
    return first_few([repr(short(name)) for name in header], NAMED)


def is_surely_split(name: str) -> bool:
    """Whether a column's name says that it tells parts; that of `find_columns` may also mean something else."""
    return _plain(name) in SPLIT[0]


def choose(places: Sequence[int], columns: Mapping[int, list[str]], what: str, table: CsvHead) -> list[str]:
    """The content of the one column that names something, or of several that are the same.

    Args:
        places: the candidates, as `find_columns` gives them.
        columns: their cells, by place.
        what: what they name, for the message.
        table: the file.

    Raises:
        UserError: the columns differ.
    """
    first, *others = (columns[place] for place in places)
    if any(other != first for other in others):
        raise UserError(f"{table.path} has several columns that may name {what}, "
                        f"{names_of([table.header[place] for place in places])}, and they differ: rename or remove "
                        "all but one")
    return first
