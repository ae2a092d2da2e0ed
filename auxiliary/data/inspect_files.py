"""What one file says of itself: size, a fingerprint of its bytes, header, look. Light, for worker processes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import ImageError
from auxiliary.data.header import read_header
from auxiliary.data.phash import look_in


class Facts(NamedTuple):
    """What one file says of itself, as columns of the catalogue; what could not be read is None, "" or 0.

    Attributes:
        content_hash: BLAKE2b of the bytes, 16 bytes, hexadecimal.
        bytes: how many.
        format: as `Header` has it, like the next four.
        width: in pixels.
        height: in pixels.
        mode: Pillow's.
        channels: number of bands.
        phash: the perceptual hash that `preprocess_images` left in the image.
        error: why the rest is missing.
    """

    content_hash: str = ""
    bytes: int = 0
    format: str = ""
    width: int | None = None
    height: int | None = None
    mode: str = ""
    channels: int | None = None
    phash: str = ""
    error: str = ""


def inspect_files(paths: Sequence[str]) -> list[Facts]:
    """The facts of each file: those that could be read, and `error`."""
    return [_inspected(path) for path in paths]


def _inspected(path: str) -> Facts:
    facts = Facts()
    try:
        with Path(path).open("rb") as file:
            content = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
            facts = Facts(content, file.tell())
            file.seek(0)
            header = read_header(file)
    except OSError as error:
        return facts._replace(error=f"cannot be read: {error.strerror}")
    except ImageError as error:
        return facts._replace(error=str(error))
    look = look_in(header.comment)
    return facts._replace(format=header.format, width=header.width, height=header.height, mode=header.mode,
                          channels=header.channels, phash=look.phash if look else "")
