"""PNG files without the metadata that Pillow refuses, which says nothing about their pixels. Light, for workers.

Programs put megabytes of text into small images, such as how they were generated. Pillow gives up such a file, because
a little text can be packed that fills all memory.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bytes of text and colour profile, unpacked, that a file may have; what exceeds them is passed over, unread.
MOST = 2**20
TEXT = b"tEXt"
# What stands before the packed part of a chunk: its name and how it is packed; in iTXt also the language and a heading.
PACKED = {b"zTXt": rb"[^\0]*\0.", b"iCCP": rb"[^\0]*\0.", b"iTXt": rb"[^\0]*\0\x01.[^\0]*\0[^\0]*\0"}


def without_excess(file: BinaryIO) -> BinaryIO:
    """A PNG file without those texts and profiles that are too large; any other file is returned as it is.

    Args:
        file: an open file, at its start.

    Returns:
        A file at its start: the same one, or one in memory.
    """
    excess = list(_excess(file)) if file.read(len(SIGNATURE)) == SIGNATURE else []
    file.seek(0)
    if not excess:
        return file
    kept = []
    for start, end in excess:
        kept.append(file.read(start - file.tell()))
        file.seek(end)
    return io.BytesIO(b"".join([*kept, file.read()]))


def _excess(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Start and end of each chunk that is too large."""
    left = MOST
    while len(head := file.read(8)) == 8:
        start = file.tell() - 8
        length, kind = struct.unpack(">I4s", head)
        end = start + length + 12
        if kind == TEXT or kind in PACKED:
            # A chunk of gigabytes is not read.
            size = length if length > left else _size(kind, file.read(length), left + 1)
            if size > left:
                yield start, end
            else:
                left -= size
        file.seek(end)


def _size(kind: bytes, content: bytes, most: int) -> int:
    """How many bytes a chunk unpacks to; of larger ones `most`."""
    head = re.match(PACKED[kind], content, re.DOTALL) if kind in PACKED else None
    try:
        return len(zlib.decompressobj().decompress(content[head.end():], most)) if head else len(content)
    except zlib.error:    # Pillow passes over it
        return len(content)
