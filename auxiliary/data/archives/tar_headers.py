"""The headers of a tar archive, read in little memory: the standard library reads as much as a header claims."""

import tarfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Self

from auxiliary.core.errors import UserError

LONGEST = 2**16     # bytes of an extension header; a path has at most 4,096
MOST = 1000         # fields that hold for all files after them
EXTENSIONS = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
              tarfile.GNUTYPE_LONGLINK)
BLOCK, PADDING = 2**16, 2**24    # bytes; programs write up to 2**20 after the last file
PACKED = {b"\x1f\x8b": "r:gz", b"BZh": "r:bz2", b"\xfd7zXZ\0": "r:xz", b"]\0\0": "r:xz"}    # by the first bytes
SPARSE = "it holds a sparse file, whose header may have any length"


def open_tar(archive: Path) -> tarfile.TarFile | None:
    """Open a tar archive (plain, gz, bz2 or xz), its first header read.

    Returns:
        The archive, whose members are read as `Header`; None if it is no tar archive.

    Raises:
        UserError: as in `Header`.
    """
    with archive.open("rb") as file:
        first = file.read(6)
    mode = next((mode for magic, mode in PACKED.items() if first.startswith(magic)), "r:")
    # `tarfile.is_tarfile` would read a header of any length; and tried on zeros, xz takes minutes.
    with suppress(tarfile.TarError, EOFError, zlib.error):
        return tarfile.open(archive, mode, tarinfo=Header)
    return None


def read_to_end(tar: tarfile.TarFile) -> None:
    """Read what follows the last file: only there, compressed data have the checksum of the whole.

    Raises:
        UserError: far more follows than the padding that programs write.
        EOFError: the archive is cut off; others, if it is damaged.
    """
    for _ in range(PADDING // BLOCK):
        if not tar.fileobj.read(BLOCK):
            return
    raise UserError(f"over {PADDING:,} bytes follow its end")


class Header(tarfile.TarInfo):
    """A header that is refused before its content is read where that is too long.

    The standard library takes an archive that is cut off between two files for a whole one, and leaves out what follows
    a damaged header. Here both are errors.

    Raises:
        UserError: a header would take much memory; the archive is not named.
        tarfile.ReadError: the archive is damaged or cut off.
    """

    @classmethod
    def frombuf(cls, buf: bytes, encoding: str, errors: str) -> Self:
        """Read a block of 512 bytes; `tarfile` calls this for every header before it reads on."""
        header = super().frombuf(buf, encoding, errors)
        _check_positive(header)
        if header.type in EXTENSIONS and header.size > LONGEST:
            raise UserError(f"a header claims {header.size:,} bytes, and none needs over {LONGEST:,}")
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise UserError(SPARSE)
        return header

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> Self:
        """Read the next file's headers; `tarfile` calls this."""
        try:
            header = super().fromtarfile(tar)
        except (tarfile.EmptyHeaderError, tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError) as error:
            raise tarfile.ReadError(f"damaged or cut off at byte {tar.offset:,}: {error}") from error
        _check_positive(header)     # again: an extension header may replace it
        if len(tar.pax_headers) > MOST:
            raise UserError(f"over {MOST:,} header fields are to hold for all files")
        # Each file would keep a copy of them all, and none of them is needed any more.
        header.pax_headers = {}
        return header

    def _proc_gnusparse_10(self, *_: object) -> NoReturn:
        # `tarfile` calls this for another kind of sparse file, and would look for a line end however far it is.
        raise UserError(SPARSE)


def _check_positive(header: tarfile.TarInfo) -> None:
    """Refuse a negative size: `tarfile` would read the whole rest at once, or the same files again and again."""
    if header.size < 0:
        raise tarfile.ReadError(f"a header claims {header.size:,} bytes")
