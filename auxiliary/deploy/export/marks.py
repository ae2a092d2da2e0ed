"""The mark in every export, by which a later export knows that it may replace it.

A file has it in its last bytes: as the comment of a zip archive, or as a metadata property. A folder has it in a file
of its own, which lists the others.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from auxiliary.data.reading.inspect_files import hash_of
from auxiliary.data.tables import digest

MARK = re.compile(rb"auxiliary-export:(h[0-9a-f]{12})")
TAIL = 2**16                # bytes at the end of a file that are searched
LISTING = "export.json"     # the mark of a folder
# The last lines of marked texts.
PYTHON, MARKDOWN = "# {}", "<!-- {} -->"


def labels_text(categories: Sequence[str]) -> str:
    """The class names, one per line."""
    return "".join(f"{category}\n" for category in categories)


def mark(labels: str | bytes) -> str:
    """The mark of an export with such class names, one per line."""
    return f"auxiliary-export:{digest(labels)}"


def marked_text(text: str, comment: str) -> str:
    """A text with its mark in a last line; `comment` is such a line, with `{}` in place of the mark."""
    return text + comment.format(mark(text)) + "\n"


def is_marked_text(content: bytes, comment: str) -> bool:
    """Whether a file is what `marked_text` gave for its first lines; arguments as there."""
    before, _, after = comment.partition("{}")
    text, separator, line = content.rpartition(before.encode() + b"auxiliary-export:")
    return separator + line == (before + mark(text) + after + "\n").encode()


def write_listing(folder: Path, labels: str) -> None:
    """Write the mark of a folder that holds an export."""
    listing = {"mark": mark(labels), "files": _digests(folder)}
    (folder / LISTING).write_text(json.dumps(listing, indent=2) + "\n", encoding="utf-8")


def read_mark(path: Path) -> str | None:
    """The mark of an export.

    Args:
        path: a file or a folder.

    Returns:
        The mark; None where there is none, where a folder holds anything that its export did not write, where it was
        changed since then, and for a link.
    """
    if os.path.islink(path):  # noqa: PTH114 (unlike Path.is_symlink, it takes a name that no file can have)
        return None
    if os.path.isdir(path):  # noqa: PTH112 (likewise)
        return _mark_of_folder(path)
    return _mark_of_file(path) if os.path.isfile(path) else None  # noqa: PTH113 (likewise)


def _mark_of_file(path: Path) -> str | None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        found = MARK.findall(file.read())
    return f"auxiliary-export:{found[-1].decode()}" if found else None


def _mark_of_folder(folder: Path) -> str | None:
    try:
        listing = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        recorded, files = str(listing["mark"]), listing["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    present = _digests(folder)
    present.pop(LISTING, None)
    return recorded if MARK.fullmatch(recorded.encode()) and files == present else None


def _digests(folder: Path) -> dict[str, str]:
    """A fingerprint of every file below a folder by its relative path; links and other things have an empty one."""
    paths = (Path(place) / name for place, folders, files in os.walk(folder) for name in (*folders, *files))
    return {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(paths)
            if path.is_symlink() or not path.is_dir()}


def _digest(path: Path) -> str:
    return "" if path.is_symlink() or not path.is_file() else hash_of(path)
