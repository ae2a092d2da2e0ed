"""Names of processed images: every raw image has one of its own, which begins with the raw file's name."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from auxiliary.core.errors import UserError
from auxiliary.core.files import LONGEST_NAME, beginning, with_fingerprint
from auxiliary.data.processing.convert import Conversion

if TYPE_CHECKING:    # workers that only want `SMALL` need not wait for pandas
    import pandas as pd

SMALL = 64          # pixels; images up to here stay lossless, at their own size


def conversions(overview: "pd.DataFrame", raw: Path) -> list[Conversion]:
    """How each image of an overview is processed.

    Args:
        overview: what `catalogue(raw)` found, usable images only.
        raw: the folder that was catalogued, absolute.

    Raises:
        UserError: an image does not lie below `raw`.
    """
    # Strings, as there may be a million of them: a path takes five times as much memory.
    below = beginning(raw)
    up = f"{os.sep}..{os.sep}"
    if strays := [file for file in overview["filepath"] if not file.startswith(below) or up in file]:
        raise UserError(f"{strays[0]} does not lie below {raw}: make the overview from that folder")
    files = zip((file.removeprefix(below) for file in overview["filepath"]), overview["width"], overview["height"],
                strict=True)
    return [Conversion(source, source_hash, path) for source, source_hash, path
            in zip(overview["filepath"], overview["content_hash"], processed_paths(files), strict=True)]


def processed_paths(files: Iterable[tuple[str, int, int]]) -> list[str]:
    """The processed image's relative path, for every raw image's relative path, width and height."""
    files = list(files)
    folders = {path.rpartition(os.sep)[0] for path, _, _ in files}
    folders |= {str(parent) for folder in folders for parent in PurePath(folder).parents}
    return [_processed_path(path, ".png" if max(width, height) <= SMALL else ".jpg", folders)
            for path, width, height in files]


def _processed_path(path: str, suffix: str, folders: set[str]) -> str:
    folder, separator, name = path.rpartition(os.sep)
    if len(os.fsencode(name + suffix)) > LONGEST_NAME or path + suffix in folders:
        return f"{folder}{separator}{with_fingerprint(name, name, suffix)}"
    return path + suffix
