"""Where each raw picture's normalised one goes: the naming rule.

The relative path stays as it is and a suffix is appended, so no two files can meet: `cane/a.jpeg` becomes
`cane/a.jpeg.jpg`, `cane/a.png` becomes `cane/a.png.jpg`. A picture of 64 pixels or fewer on both sides gets
`.png`. Where such a name is longer than file systems allow, or a folder bears it, the file's name is cut and a
fingerprint of the whole takes the rest's place.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import PurePath

SMALL = 64          # pixels; pictures up to here stay lossless, at their own size
LONGEST_NAME = 255  # bytes, on all common file systems
KEPT = 40           # characters of a name that has to be cut


def targets(files: Iterable[tuple[str, int, int]]) -> list[str]:
    """The normalised picture's relative path, for every raw picture's relative path, width and height."""
    files = list(files)
    folders = {path.rpartition(os.sep)[0] for path, _, _ in files}
    folders |= {str(parent) for folder in folders for parent in PurePath(folder).parents}
    return [_target(path, ".png" if max(width, height) <= SMALL else ".jpg", folders)
            for path, width, height in files]


def _target(path: str, suffix: str, folders: set[str]) -> str:
    folder, separator, name = path.rpartition(os.sep)
    if len(os.fsencode(name + suffix)) > LONGEST_NAME or path + suffix in folders:
        fingerprint = hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()
        return f"{folder}{separator}{name[:KEPT]}~{fingerprint}{suffix}"
    return path + suffix
