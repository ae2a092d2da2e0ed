"""Paths as CSV files write them, brought into the form that the paths of walked files have."""

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from auxiliary.core.files import absolute, beginning

# What a path needs before it can be compared: "\\", "//", "/." (so also "/.."), or "." or "/" at its beginning.
ODD = re.compile(r"\\|//|/\.|^[./]")
DRIVE = re.compile("[A-Za-z]:/")


def relative_paths(files: Iterable[str], folder: Path) -> list[str]:
    """Paths relative to a folder, with forward slashes and without `.` and inner `..`.

    Args:
        files: paths as they are written, relative to the folder or absolute; empty ones stay empty.
        folder: the folder that the CSV file lies in.

    Returns:
        One path each. Of those that do not lie below the folder, absolute ones begin with "/" or a drive, relative ones
        with "..".
    """
    tops = sorted({beginning(absolute(folder)), beginning(folder.resolve())}, key=len, reverse=True)
    return [_relative(file, tops) if ODD.search(file) else file for file in files]


def _relative(file: str, tops: Iterable[str]) -> str:
    path = posixpath.normpath(file.replace("\\", "/")) if file.strip() else file
    # POSIX lets two slashes at the beginning stand for something else.
    path = "/" + path.lstrip("/") if path.startswith("/") else path
    return next((path.removeprefix(top) for top in tops if path.startswith(top)), path)


def lies_outside(path: str) -> bool:
    """Whether a path of `relative_paths` begins elsewhere than in the folder of its CSV file."""
    return path.startswith(("/", "../")) or DRIVE.match(path) is not None


def from_above(paths: Iterable[str], folder: Path) -> list[str]:
    """Paths that begin with the names of folders above, without those; "" for each other path.

    `pets/cats/1.jpg` is `cats/1.jpg` for the folder `/home/me/pets`: whoever wrote it stood in `/home/me`.
    """
    names = absolute(folder).parts[1:]
    tops = tuple("/".join(names[-depth:]) + "/" for depth in range(1, len(names) + 1))
    return [next(path.removeprefix(top) for top in tops if path.startswith(top)) if path.startswith(tops) else ""
            for path in paths]
