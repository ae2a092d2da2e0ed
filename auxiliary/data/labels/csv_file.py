"""Reads the CSV files of other people: any usual encoding and separator, and every row with its line number."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.resources import free_memory
from auxiliary.core.text import counted, format_bytes

SEPARATORS = ",;\t"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WESTERN = "cp1252"
# Least memory: of a byte of the file (as bytes and, for a moment, as text), and of a row in the tables made of it.
BYTES_A_BYTE, BYTES_A_ROW = 3, 300


@dataclass(frozen=True)
class CsvFile:
    """A CSV file in memory.

    Attributes:
        path: the file.
        raw: its content.
        encoding: of its text: "utf-8-sig" (with or without a byte-order mark), "utf-16" or `WESTERN`.
        separator: of its cells, one of `SEPARATORS`.
        spaced: whether a space follows each separator, which then belongs to no cell.
        header: the names of its columns, at least one.
    """

    path: Path
    raw: bytes
    encoding: str
    separator: str
    spaced: bool
    header: list[str]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Read every row after the header that has any text.

        Yields:
            The number of the row's first line in the file, from 1, and its cells: as many as the header has.

        Raises:
            UserError: a row has more or fewer cells than the header, or quotes out of place; its line is named.
        """
        reader = csv.reader(_text(self.raw, self.encoding), delimiter=self.separator, skipinitialspace=self.spaced,
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
        raise UserError(f"{path} cannot be read ({error.strerror}): allow it") from error
    encoding = _encoding(raw, path)
    _check_memory(path, BYTES_A_ROW * max(raw.count(b"\n"), raw.count(b"\r")))
    separator = max(SEPARATORS, key=lambda separator: len(_header(raw, encoding, separator)))
    header = _header(raw, encoding, separator)
    spaced = len(header) > 1 and all(name.startswith(" ") for name in header[1:])
    header = [name.strip() for name in _header(raw, encoding, separator, spaced)]
    if not any(header):
        raise UserError(f"{path} has no header: its first line must name the columns")
    return CsvFile(path, raw, encoding, separator, spaced, header)


def _check_memory(path: Path, needed: int) -> None:
    if needed > (free := free_memory()):
        raise UserError(f"{path} takes at least {format_bytes(needed)} of memory to read, and {format_bytes(free)} are "
                        "free: close other programs, or leave columns and rows out of it that are not needed")


def _encoding(raw: bytes, path: Path) -> str:
    if raw.startswith(UTF_16):
        candidates = ["utf-16"]
    elif b"\0" in raw:
        raise UserError(f"{path} holds null bytes, so it is no CSV file: save it as CSV with the encoding UTF-8")
    else:
        candidates = ["utf-8-sig", WESTERN]
    for encoding in candidates:
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UserError(f"the text of {path} is in no encoding that is known: save it as CSV with the encoding UTF-8")


def _text(raw: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")


def _header(raw: bytes, encoding: str, separator: str, spaced: bool = False) -> list[str]:
    """The cells of the first line (of several, where a cell in quotes has line ends); none where it is damaged."""
    reader = csv.reader(_text(raw, encoding), delimiter=separator, skipinitialspace=spaced, strict=True)
    try:
        return next(reader, [])
    except csv.Error:
        return []
