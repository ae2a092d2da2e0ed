"""What one file says of itself: size, a fingerprint of its bytes, header, look. Light, for worker processes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from auxiliary.data.header import read_header
from auxiliary.data.looks import look_in
from auxiliary.errors import PictureError

Facts = dict[str, str | int]
IN_HEADER = ("format", "width", "height", "mode", "channels")


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
            header = read_header(file)
            facts |= {name: getattr(header, name) for name in IN_HEADER}
            if look := look_in(header.comment):
                facts["phash"] = look.phash
    except OSError as error:
        facts["problem"] = f"cannot be read: {error.strerror}"
    except PictureError as error:
        facts["problem"] = str(error)
    return facts
