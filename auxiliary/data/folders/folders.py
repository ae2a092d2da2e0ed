"""The folders of a data set: which ones hold files, and which only wrap others."""

from collections.abc import Iterator
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.data.folders.find_files import find_files_below, is_hidden

# By which files beside folders are taken for images.
SUFFIXES = {".jpg", ".jpeg", ".png", ".heic", ".heif", ".avif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".jp2",
            ".ppm", ".pgm"}


def visible_folders(folder: Path) -> Iterator[Path]:
    """The folders in a folder that do not belong to a system, empty ones too, in order; `UserError` if forbidden."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise UserError(f"{folder} cannot be read ({error.strerror}): allow it") from error
    return (path for path in found if path.is_dir() and not is_hidden(path.name))


def has_file(folder: Path) -> bool:
    """Whether there is a file below a folder, at any depth; hidden ones do not count."""
    return any(not error for _, error in find_files_below(folder))


def holds_categories(folder: Path) -> bool:
    """Whether at least one visible folder in it has a file, at any depth."""
    return any(map(has_file, visible_folders(folder)))


def entered(folder: Path) -> Path:
    """The folder that others only wrap: `raw-img` in it or one level deeper, else a single one that holds folders."""
    return wrappers(folder)[-1]


def wrappers(folder: Path) -> list[Path]:
    """A folder, and the folders in it that are entered one after the other."""
    named = [path for path in (folder / "raw-img", *sorted(folder.glob("*/raw-img"))) if path.is_dir()]
    if named:
        return [folder, named[0]]
    levels = [folder]
    while len(inner := list(visible_folders(levels[-1]))) == 1 and _only_wraps(inner[0]):
        levels += inner
    return levels


def _only_wraps(folder: Path) -> bool:
    return any(visible_folders(folder)) and not any(path.suffix.lower() in SUFFIXES for path in folder.iterdir())
