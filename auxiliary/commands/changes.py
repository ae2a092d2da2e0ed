"""Whether a data set's images are still those that notebook 01 listed, found without opening one."""

import os
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePath

from auxiliary.core.errors import UserError
from auxiliary.data.folders.find_files import find_files_below
from auxiliary.data.layout import find_layout
from auxiliary.project.project import Project
from auxiliary.reporting.data_overview import readable


def have_changed(project: Project) -> bool:
    """Whether files were added, removed or written since notebook 01 listed them; False where there is no list.

    Raises:
        UserError: see `find_layout`.
    """
    paths = project.paths
    listed = paths.table("overview")
    try:
        overview = project.table("overview")
    except UserError:    # missing, or damaged: notebook 01 makes it anew
        return False
    if not paths.raw.is_dir():
        return False
    found = [path for path, error in find_files_below(paths.raw) if not error]
    # Published images that are gone will be fetched again.
    if not found and not paths.own:
        return False
    labels = map(str, find_layout(paths.raw, paths.labels).label_files.values())
    added = _ends(found) - _ends([*overview["filepath"], *labels])
    removed = _ends(readable(overview)["filepath"]) - _ends(found)
    return bool(added or removed) or any(_is_newer(path, listed.stat().st_mtime, time.time()) for path in found)


def _ends(files: Iterable[str]) -> Counter[tuple[str, ...]]:
    """The names of files and of the folders that they lie in: they stay the same where the whole data set is moved."""
    # Spelt as in tables, where bytes that are not UTF-8 are escapes.
    spelt = (os.fsencode(file).decode("utf-8", "backslashreplace") for file in files)
    return Counter(PurePath(file).parts[-2:] for file in spelt)


def _is_newer(path: str, since: float, now: float) -> bool:
    """Whether a file was written after a time; one from the future, whose clock was wrong, tells nothing."""
    with suppress(OSError):    # it has just been removed
        return since < Path(path).stat().st_mtime <= now
    return True
