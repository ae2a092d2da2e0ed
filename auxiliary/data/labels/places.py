"""Finds the file that each row of a CSV file names, among the files of a folder."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from unicodedata import normalize

import numpy as np

from auxiliary.data.folders.part_names import part_of
from auxiliary.data.labels.paths import from_above

# In place of a file's place: there is no such file, or several may be meant.
NONE, SEVERAL = -1, -2
Spelling = Callable[[str], str]


def find_places(rows: Sequence[str], parts: Sequence[str], files: Sequence[str], folder: Path) -> np.ndarray:
    """Find the file that each row names.

    In this order: by its whole path; by its whole path from a folder further up; either without the file's extension;
    by the end of its path, such as `1.jpg` for `images/1.jpg`, then without the extension. Of several files with that
    end, those below a folder called as the row's part are meant, such as `train_images`; those below another part's
    are not, where its own part has a folder. What is not found so is searched for without regard to case.

    Args:
        rows: paths from CSV files, see `relative_paths`.
        parts: the part of the data set that each row belongs to; "" if unknown.
        files: the files' paths relative to the folder, with forward slashes, each once.
        folder: the folder that holds the CSV files and, at any depth, the files.

    Returns:
        int64, per row: the place in `files`, or `NONE`, or `SEVERAL` where more than one file may be meant.
    """
    # No file's path has the beginning of a path that leads elsewhere, so such a path is no end of one either.
    wanted = [row.lstrip("/") for row in rows], from_above(rows, folder), rows
    found = _find(wanted, parts, files)
    missing = np.flatnonzero(found == NONE).tolist()
    if missing:
        again = _find([[_folded(names[row]) for row in missing] for names in wanted], [parts[row] for row in missing],
                      [_folded(file) for file in files])
        # A file that a row names to the letter is not what another row means.
        again[np.isin(again, found[found >= 0])] = NONE
        found[missing] = again
    return found


def _folded(name: str) -> str:
    """A name without the difference between capitals and small letters, and in one of the ways to store accents."""
    return name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())


def _find(wanted: Sequence[Sequence[str]], parts: Sequence[str], files: Sequence[str]) -> np.ndarray:
    """The place of each row's file; `wanted` has its whole path, that from above and its end, "" where it has none."""
    whole, above, ends = wanted
    found = np.full(len(whole), NONE)
    for spelling in (str, _without_extension):
        for paths in (whole, above):
            _fill_whole(found, paths, files, spelling)
    for spelling in (str, _without_extension):
        _fill_by_end(found, ends, parts, files, spelling)
    return found


def _without_extension(path: str) -> str:
    """`a/b` for `a/b.jpg`; a name without an extension stays."""
    stem, dot, extension = path.rpartition(".")
    return stem if dot and "/" not in extension and not stem.endswith("/") else path


def _fill_whole(found: np.ndarray, paths: Sequence[str], files: Sequence[str], spelling: Spelling) -> None:
    rows = _missing(found, paths)
    if rows:
        places = _index(map(spelling, files))
        found[rows] = [places.get(paths[row], NONE) for row in rows]


def _missing(found: np.ndarray, paths: Sequence[str]) -> list[int]:
    """The rows that have a path and no place yet."""
    return [row for row in np.flatnonzero(found == NONE).tolist() if paths[row]]


def _index(names: Iterable[str], places: Iterable[int] | None = None) -> dict[str, int]:
    """The place of each name, by default its number; `SEVERAL` for a name at several places."""
    index = {}
    for place, name in enumerate(names) if places is None else zip(places, names, strict=True):
        index[name] = SEVERAL if name in index else place
    return index


def _fill_by_end(found: np.ndarray, ends: Sequence[str], parts: Sequence[str], files: Sequence[str],
                 spelling: Spelling) -> None:
    rows = _missing(found, ends)
    if not rows:
        return
    of_files = _parts_of(files)
    groups = defaultdict(list)
    for row in rows:
        groups[ends[row].count("/") + 1, parts[row]].append(row)
    for (depth, part), its in groups.items():
        for places in _candidates(part, of_files):
            index = _index((spelling(_end(files[place], depth)) for place in places), places)
            left = [row for row in its if found[row] == NONE]
            found[left] = [index.get(ends[row], NONE) for row in left]


def _end(path: str, depth: int) -> str:
    return "/".join(path.rsplit("/", depth)[-depth:])


def _candidates(part: str, of_files: Sequence[str]) -> list[Sequence[int]]:
    """The places of files that a row of some part may mean, the likelier ones first."""
    if not part or part not in of_files:
        return [range(len(of_files))]
    return [[place for place, its in enumerate(of_files) if its == wanted] for wanted in (part, "")]


def _parts_of(files: Iterable[str]) -> list[str]:
    """The part that the folders of each file stand for."""
    folders = [file.rpartition("/")[0] for file in files]
    parts = {folder: _part_of_folder(folder) for folder in set(folders)}
    return [parts[folder] for folder in folders]


def _part_of_folder(folder: str) -> str:
    """The part that a folder in a path is called after, such as `train_images` in `train_images/more`; "" without."""
    found = {part_of(name) for name in folder.split("/")} - {""}
    return found.pop() if len(found) == 1 else ""
