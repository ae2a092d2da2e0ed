"""The size, content hash and header of a file. Light, for worker processes."""

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.header import read_header

_hash = functools.partial(hashlib.blake2b, digest_size=16)


def content_hash(content: bytes | memoryview) -> str:
    """The hash of a file's bytes that stands in all tables: BLAKE2b of 16 bytes, hexadecimal."""
    return _hash(content).hexdigest()


def file_hash(file: BinaryIO) -> str:
    """The `content_hash` of what is left to read of an open file, which may be large."""
    return hashlib.file_digest(file, _hash).hexdigest()


def hash_of(path: str | Path) -> str:
    """The `content_hash` of the bytes of a file."""
    with Path(path).open("rb") as file:
        return file_hash(file)


class Facts(NamedTuple):
    """A file's columns of the catalogue; what could not be read is None, "" or 0.

    Attributes:
        content_hash: of all its bytes.
        bytes: how many.
        format: as `Header` has it, like the next four.
        width: in pixels.
        height: in pixels.
        mode: Pillow's.
        channels: number of bands.
        error: why the rest is missing.
    """

    content_hash: str = ""
    bytes: int = 0
    format: str = ""
    width: int | None = None
    height: int | None = None
    mode: str = ""
    channels: int | None = None
    error: str = ""


def inspect_files(paths: Sequence[str]) -> list[Facts]:
    """The facts of each file: those that could be read, and `error`."""
    return [_inspected(path) for path in paths]


def content_hashes(paths: Sequence[str]) -> list[str]:
    """The content hash of each file; "" where it cannot be read."""
    return [_hashed(path) for path in paths]


def _hashed(path: str) -> str:
    try:
        return hash_of(path)
    except OSError:
        return ""


def _inspected(path: str) -> Facts:
    facts = Facts()
    try:
        with Path(path).open("rb") as file:
            facts = Facts(file_hash(file), file.tell())
            file.seek(0)
            header = read_header(file)
    except OSError as error:
        return facts._replace(error=f"cannot be read: {error.strerror}")
    except ImageError as error:
        return facts._replace(error=str(error))
    return facts._replace(format=header.format, width=header.width, height=header.height, mode=header.mode,
                          channels=header.channels)
