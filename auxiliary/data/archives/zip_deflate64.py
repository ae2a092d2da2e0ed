"""Files packed as Deflate64, as Windows packs archives of over 2 GB; the standard library does not read them."""

import copy
import zipfile
import zlib
from pathlib import Path

from inflate64 import Inflater

DEFLATE64 = 9       # number of the method
CHUNK = 2**8        # bytes read at once; each may become 26,000, which are in memory together


def extract(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> None:
    """Unpack one entry of an archive into a folder, packed in any way that can be read.

    Args:
        bundle: the archive.
        info: the entry; its name must not lead out of the folder.
        folder: where to.

    Raises:
        zipfile.BadZipFile: the entry is damaged or longer than the table of contents says; other errors likewise.
    """
    if info.compress_type != DEFLATE64 or info.is_dir():
        bundle.extract(info, folder)
        return
    target = folder / info.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with bundle.open(_as_stored(info)) as packed, target.open("wb") as file:
        inflater, length, checksum = Inflater(), 0, 0
        while not inflater.eof and (chunk := packed.read(CHUNK)):
            data = inflater.inflate(chunk)
            length, checksum = length + len(data), zlib.crc32(data, checksum)
            if length > info.file_size:
                break
            file.write(data)
    if not inflater.eof or (length, checksum) != (info.file_size, info.CRC):
        raise zipfile.BadZipFile(f"{info.filename!r} is damaged or cut off")


def _as_stored(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """A record with which the archive gives an entry's bytes as they are stored."""
    stored = copy.copy(info)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, info.compress_size
    # That of the unpacked bytes.
    del stored.CRC
    return stored
