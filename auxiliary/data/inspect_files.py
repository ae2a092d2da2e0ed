"""What one file says of itself: size, a fingerprint of its bytes, header. Light, for worker processes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from auxiliary.data.decode import PictureError, read_header

Facts = dict[str, str | int]


def inspect_files(paths: Sequence[Path]) -> list[Facts]:
    """The facts of each file, as columns of the catalogue: those that could be read, and `problem`."""
    return [_inspected(path) for path in paths]


def _inspected(path: Path) -> Facts:
    facts: Facts = {}
    try:
        with path.open("rb") as file:
            facts["content"] = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
            facts["bytes"] = file.tell()
            file.seek(0)
            facts |= vars(read_header(file))
    except OSError as error:
        facts["problem"] = f"cannot be read: {error.strerror}"
    except PictureError as error:
        facts["problem"] = str(error)
    return facts
