"""Reads the CSV files of other people: any usual encoding and separator, and every row with its line number."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from auxiliary.core.errors import UserError
from auxiliary.core.resources import free_memory
from auxiliary.core.text import counted, format_bytes

SEPARATORS = ",;\t"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WESTERN = "cp1252"
# What is read of a file to tell the encoding of its header, in bytes.
HEAD = 2**16
# Least memory: of a byte of the file (as bytes and, for a moment, as text), and of a row in the tables made of it.
BYTES_A_BYTE, BYTES_A_ROW = 3, 300


@dataclass(frozen=True)
class CsvHead:
    """How a CSV file is written, and the names of its columns.

    Attributes:
        path: the file.
        encoding: of its text: "utf-8-sig" (with or without a byte-order mark), "utf-16" or `WESTERN`.
        separator: of its cells, one of `SEPARATORS`.
        spaced: whether a space follows each separator, which then belongs to no cell.
        header: the names of its columns, at least one.
    """

    path: Path
    encoding: str
    separator: str
    spaced: bool
    header: list[str]


@dataclass(frozen=True)
class CsvFile(CsvHead):
    """A CSV file in memory: as `CsvHead`, and `raw`, its content."""

    raw: bytes

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read every row after the header that has any text.

        Yields:
            The number of the row's first line in the file, from 1, and its cells: as many as the header has.

        Raises:
            UserError: a row has more or fewer cells than the header, or quotes out of place; its line is named.
        """
        text = io.TextIOWrapper(io.BytesIO(self.raw), self.encoding, newline="")
        reader = csv.reader(text, delimiter=self.separator, skipinitialspace=self.spaced,
                            strict=True)
        width, line = len(self.header), 1
        try:
            for row in reader:
                if line > 1 and any(row):
                    yield line, row if len(row) == width else self._fitted(row, line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.damaged(line, str(error)) from error

    def _fitted(self, row: list[str], line: int) -> list[str]:
        """A row without the empty cells that it has too many."""
        width = len(self.header)
        if len(row) < width or any(row[width:]):
            raise self.damaged(line, f"it has {counted(len(row), 'cell')}, and the header names "
                                     f"{counted(width, 'column')}")
        return row[:width]

    def damaged(self, line: int, reason: str) -> UserError:
        """The error for a line that cannot be right."""
        return UserError(f"{self.path}, line {line:,}: {reason}: correct the line, or save the file as CSV again")


def open_csv(path: Path) -> CsvFile:
    """Read a CSV file and its header; its rows are read later.

    The encoding is UTF-8 or, with a byte-order mark, UTF-16; else Windows' Western one. The separator is the one that
    makes most columns of the first line.

    Raises:
        UserError: the file cannot be read, is empty, is no text or does not fit into memory.
    """
    try:
        _check_memory(path, BYTES_A_BYTE * path.stat().st_size)
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    encoding = _encoding(raw, path)
    _check_memory(path, BYTES_A_ROW * max(raw.count(b"\n"), raw.count(b"\r")))
    return CsvFile(**vars(_head(path, encoding, lambda: io.BytesIO(raw))), raw=raw)


def read_head(path: Path) -> CsvHead:
    """Read no more of a CSV file than its header takes.

    Raises:
        UserError: the file cannot be read, is empty, or does not begin as text.
    """
    try:
        with path.open("rb") as file:
            encoding = _encoding(file.read(HEAD), path, whole=False)
        return _head(path, encoding, lambda: path.open("rb"))
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be read ({error.strerror}): allow it")


def _head(path: Path, encoding: str, opened: Callable[[], BinaryIO]) -> CsvHead:
    """The head of a file, which `opened` opens at its start."""
    def header(separator: str, spaced: bool = False) -> list[str]:
        with io.TextIOWrapper(opened(), encoding, newline="") as text:
            return _first_row(text, separator, spaced)

    separator = max(SEPARATORS, key=lambda separator: len(header(separator)))
    names = header(separator)
    spaced = len(names) > 1 and all(name.startswith(" ") for name in names[1:])
    names = [name.strip() for name in header(separator, spaced)]
    if not any(names):
        raise UserError(f"{path} has no header: its first line must name the columns")
    return CsvHead(path, encoding, separator, spaced, names)


def _check_memory(path: Path, needed: int) -> None:
    if needed > (free := free_memory()):
        raise UserError(f"{path} takes at least {format_bytes(needed)} of memory to read, and {format_bytes(free)} are "
                        "free: close other programs, or leave columns and rows out of it that are not needed")


def _encoding(raw: bytes, path: Path, whole: bool = True) -> str:
    """The encoding of bytes that are a whole file, or its beginning, which may end within a character."""
    if raw.startswith(UTF_16):
        candidates = ["utf-16"]
    elif b"\0" in raw:
        raise UserError(f"{path} holds null bytes, so it is no CSV file: save it as CSV with the encoding UTF-8")
    else:
        candidates = ["utf-8-sig", WESTERN]
    for encoding in candidates:
        try:
            codecs.getincrementaldecoder(encoding)().decode(raw, final=whole)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UserError(f"the text of {path} is in no encoding that is known: save it as CSV with the encoding UTF-8")


def _first_row(text: TextIO, separator: str, spaced: bool) -> list[str]:
    """The cells of the first line (of several, where a cell in quotes has line ends); none where it is damaged."""
    reader = csv.reader(text, delimiter=separator, skipinitialspace=spaced, strict=True)
    try:
        return next(reader, [])
    except (csv.Error, UnicodeDecodeError):
        return []
