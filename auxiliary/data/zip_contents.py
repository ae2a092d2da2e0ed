"""The table of contents of a zip archive, read in little memory, its names as they were meant."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.text import short

LONGEST = 2**24     # bytes of the table, enough for 100,000 files; in memory it takes twenty times as many
UTF_8 = 0x800       # the flag of a name in UTF-8
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@contextmanager
def open_zip(archive: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive.

    Yields:
        The archive, whose entries have names with slashes and in Unicode, whatever program wrote them.

    Raises:
        UserError: its table of contents is too long, or has a name in an unknown encoding; the archive is not named.
        zipfile.BadZipFile: it is damaged; other errors likewise.
    """
    with _ShortReads(io.FileIO(archive)) as file, zipfile.ZipFile(file) as bundle:
        infos = bundle.infolist()
        has_slashes = any("/" in info.filename for info in infos)
        for info in infos:
            name = _decoded(info)
            # Windows PowerShell 5 writes backslashes between folders, and no slashes.
            info.filename = name if has_slashes else name.replace("\\", "/")
        yield bundle


class _ShortReads(io.BufferedReader):
    """A file of which `zipfile` cannot read a table of contents as long as it claims to be."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to `size` bytes."""
        if size is not None and size > LONGEST:
            raise UserError(f"its table of contents claims {size:,} bytes, and at most {LONGEST:,} are read: name a "
                            "folder of the unpacked files instead")
        return super().read(size)


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of an entry; one whose encoding is not recorded is taken for UTF-8, as macOS writes it."""
    if info.flag_bits & UTF_8 or info.filename.isascii():
        return info.filename
    try:
        # `zipfile` took it for the encoding of MS-DOS.
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        raise UserError(f"the encoding of the name {short(info.filename, 80)!r} is not recorded: unpack it with the "
                        "program that made it, and name the folder") from None
