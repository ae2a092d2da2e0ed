"""Which files a user means by images: files, folders and patterns."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.data.walk import HIDDEN, LOOP, find_files_below, is_hidden


class Found(NamedTuple):
    """A file that is meant.

    Attributes:
        path: as its user would write it.
        error: why it cannot be looked at, if that is known already; else "".
    """

    path: Path
    error: str = ""

    @property
    def name(self) -> str:
        """The path as any terminal and table can hold it: bytes that are not UTF-8 become backslash escapes."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")


def find_files(names: Sequence[str]) -> list[Found]:
    """List the files that some names stand for, without opening any.

    Args:
        names: each a file, a folder, or a pattern as `Path.glob` has them, `**` for any folders. Of a folder, also of
            one that a pattern matches, all files below are taken but hidden ones. Where there is something of just
            that name, it is not read as a pattern.

    Returns:
        Each file once, in the order of the names; those of a folder or a pattern in the order of their paths.

    Raises:
        UserError: a name stands for nothing.
    """
    found: dict[Path, Found] = {}
    for name in names:
        for file in _meant(name):
            found.setdefault(absolute(file.path), file)
    return list(found.values())


def _meant(name: str) -> list[Found]:
    if not name:
        raise UserError("an image without a name was given: name a file, a folder, or a pattern in quotes")
    try:
        path = Path(name).expanduser()
        literal = path.exists()
        places = [path] if literal else _matches(path)
        files = [file for place in places for file in (_below(place) if place.is_dir() else [Found(place)])]
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{name!r} cannot be looked up: {error}") from error
    if files:
        return files
    if literal:
        raise UserError(f"{path} holds no files: name a folder that holds images")
    kind = "file that matches" if set("*?[") & set(name) else "file or folder"
    raise UserError(f"there is no {kind} {name!r}: name an image, a folder, or a pattern in quotes such as '*.jpg'")


def _matches(pattern: Path) -> list[Path]:
    """What matches a pattern, but for what is hidden and not named by it; `**` does not go through links."""
    found = Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
    return sorted(path for path in found
                  if not any(is_hidden(part) and part not in pattern.parts for part in path.parts))


def _below(folder: Path) -> list[Found]:
    """All files below a folder that are not hidden; links to folders they lie in are passed over."""
    found = [Found(Path(path), error) for path, error in find_files_below(folder) if error not in (HIDDEN, LOOP)]
    return sorted(found, key=lambda file: file.path.parts)
