"""The table of contents of a zip archive, read in little memory, its names as they were meant."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import short
from auxiliary.data.archives.name_encoding import name_encoding
from auxiliary.data.archives.zip_deflate64 import DEFLATE64

LONGEST = 2**24     # bytes of the table, enough for 100,000 files; in memory it takes twenty times as many
UTF_8 = 0x800       # the flag of a name in UTF-8
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, DEFLATE64, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
LANGUAGES = {"gbk": "Chinese (GBK)", "cp932": "Japanese (Shift-JIS)", "cp437": "Western European (MS-DOS)"}


@contextmanager
def open_zip(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive.

    Yields:
        The archive, whose entries have names with slashes and in Unicode, whatever program wrote them.

    Raises:
        UserError: its table of contents is too long, or has names in an unknown encoding; the archive is not named.
        zipfile.BadZipFile: it is damaged; other errors likewise.
    """
    with _opened(archive) as bundle:
        infos = bundle.infolist()
        names = _names(infos, archive)
        has_slashes = any("/" in name for name in names)
        for info, name in zip(infos, names, strict=True):
            # Windows PowerShell 5 writes backslashes between folders, and no slashes.
            info.filename = name if has_slashes else name.replace("\\", "/")
        yield bundle


def count_files(archive: Path) -> int:
    """The number of files in a zip archive, in whatever encoding their names are; the errors are those of `open_zip`.
    """
    with _opened(archive) as bundle:
        return sum(not info.is_dir() for info in bundle.infolist())


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    with _ShortReads(io.FileIO(archive)) as file, zipfile.ZipFile(file) as bundle:
        yield bundle


class _ShortReads(io.BufferedReader):
    """A file of which `zipfile` cannot read a table of contents as long as it claims to be."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to `size` bytes."""
        if size is not None and size > LONGEST:
            raise UserError(f"its table of contents claims {size:,} bytes, and at most {LONGEST:,} are read: name a "
                            "folder of the unpacked files instead")
        return super().read(size)


def _names(infos: Sequence[zipfile.ZipInfo], archive: Path) -> list[str]:
    """The names of all entries; a printed sentence tells which encoding was taken where none is recorded."""
    # `zipfile` takes an encoding that is not recorded for that of MS-DOS.
    stored = {info.filename: info.filename.encode("cp437") for info in infos if not _is_recorded(info)}
    if not stored:
        return [info.filename for info in infos]
    encoding = name_encoding(list(stored.values()))
    if encoding is None:
        raise UserError(f"the encoding of names such as {short(next(iter(stored)), 80)!r} is not recorded: unpack it "
                        "with the program that made it, and name the folder")
    decoded = {name: raw.decode(encoding) for name, raw in stored.items()}
    if encoding in LANGUAGES:
        notify(f"{archive.name} does not record the encoding of its names: they are read as {LANGUAGES[encoding]}, "
               f"such as {short(next(iter(decoded.values())), 80)!r}; if that is wrong, unpack it with the program "
               "that made it, and name the folder")
    return [info.filename if _is_recorded(info) else decoded[info.filename] for info in infos]


def _is_recorded(info: zipfile.ZipInfo) -> bool:
    """Whether the encoding of a name is known: by its flag, or by a second name, which newer Pythons read."""
    second = not info.orig_filename.startswith(info.filename)
    return bool(info.flag_bits & UTF_8) or info.filename.isascii() or second
