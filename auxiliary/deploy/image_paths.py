"""The image files that a user names: files, folders and patterns."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.paths import with_home
from auxiliary.core.text import one_line
from auxiliary.data.folders.find_files import HIDDEN, LOOP, find_files_below, is_hidden


class ImagePath(NamedTuple):
    """A file that may be an image.

    Attributes:
        file: its path as the user would write it; a string, because of 100,000 files a `Path` takes 50 MB.
        error: why it cannot be read, if that is known already; else "".
    """

    file: str
    error: str = ""

    @property
    def path(self) -> Path:
        """The path."""
        return Path(self.file)

    @property
    def name(self) -> str:
        """The path on one line: control characters and bytes that are not UTF-8 become backslash escapes."""
        return one_line(os.fsencode(self.file).decode("utf-8", "backslashreplace"))


def find_image_paths(names: Sequence[str]) -> list[ImagePath]:
    """List the files that names stand for, without opening them.

    Args:
        names: files, folders, or patterns as in `Path.glob`, with `**` for any folders. A folder, named or matched,
            stands for all files below it that are not hidden. A name that exists is never read as a pattern.

    Returns:
        Each file once, in the order of the names; the files of a folder or pattern in the order of their paths.

    Raises:
        UserError: a name stands for no file.
    """
    found: dict[str, ImagePath] = {}
    for name in names:
        for file in _expand(name):
            found.setdefault(str(absolute(file.file)), file)
    return list(found.values())


def _expand(name: str) -> list[ImagePath]:
    if not name:
        raise UserError("the name of an image is empty: name a file, a folder, or a pattern in quotes")
    try:
        path = with_home(name)
        exists = path.exists()
        matches = [path] if exists else _matches(path)
        files = [file for match in matches for file in (_below(match) if match.is_dir() else [ImagePath(str(match))])]
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{name!r} cannot be found: {error}") from error
    if files:
        return files
    if exists:
        raise UserError(f"{path} holds no files: name a folder of images")
    kind = "file that matches" if set("*?[") & set(name) else "file or folder"
    raise UserError(f"there is no {kind} {name!r}: name an image, a folder, or a pattern in quotes such as '*.jpg'")


def _matches(pattern: Path) -> list[Path]:
    """The paths that match a pattern, hidden ones only where the pattern names them; `**` follows no links."""
    found = Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
    return sorted(path for path in found
                  if not any(is_hidden(name) and name not in pattern.parts for name in path.parts))


def _below(folder: Path) -> list[ImagePath]:
    """All files below a folder that are not hidden; links to folders they lie in are passed over."""
    # As `Path` writes them, without a dot at the beginning.
    found = [ImagePath(str(Path(path)), error) for path, error in find_files_below(folder)
             if error not in (HIDDEN, LOOP)]
    return sorted(found, key=lambda file: file.path.parts)
