"""`predict --sort-into DIR`: which images are sorted, and what is said of it."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TextIO

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.progress import track
from auxiliary.core.text import counted, first_few, printable
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.journal import Journal
from auxiliary.deploy.sorted_folder import NEW_FOLDER, SortedFolder

NAMED_FOLDERS = 12


def without_sorted(paths: Sequence[ImagePath], folder: Path) -> list[ImagePath]:
    """The files that do not lie in the folder that images are sorted into, where an earlier call put copies.

    Raises:
        UserError: all of them do.
    """
    top = folder.resolve()
    # Folders are fewer than files, and following links takes a while.
    in_it = cache(lambda parent: parent.resolve().is_relative_to(top))
    left = [path for path in paths if not in_it(absolute(path.path).parent)]
    if not left:
        raise UserError(f"all images lie in {folder}, where the sorted ones go: {NEW_FOLDER}")
    if found := len(paths) - len(left):
        print(printable(f"{folder}: {counted(found, 'file')} in it, where the sorted images go, "
                        f"{'is' if found == 1 else 'are'} not predicted"), file=sys.stderr)
    return left


def put_all(into: SortedFolder, journal: Journal) -> None:
    """Put all images of a journal into the folders of their classes; files that are not images stay where they are."""
    both = zip(journal.paths, journal, strict=True)
    for path, prediction in track(both, "sorting", len(journal.paths), "image"):
        if not prediction.error:
            into.put(path.path, prediction)


def print_sorted(into: SortedFolder, output: TextIO) -> None:
    """Print how many images are in which folder.

    Raises:
        UserError: some could not be put there; each is printed before.
    """
    total, renamed = into.counts.total(), into.renamed
    said = f"sorted {counted(total, 'image')} into {into.path}"
    if folders := [f"{name} {count:,}" for name, count in sorted(into.counts.items())]:
        said += f": {first_few(folders, NAMED_FOLDERS)}"
    if before := total - into.new:
        said += f"; {before:,} of them {'was' if before == 1 else 'were'} there before"
    if renamed:
        said += (f"; {renamed:,} got {'a longer name' if renamed == 1 else 'longer names'}, because another image of "
                 "the same class has the name")
    print(printable(said), file=output)
    for file, reason in into.failed.items():
        print(printable(f"{file}: {reason}"), file=sys.stderr)
    if failed := len(into.failed):
        raise UserError(f"{failed:,} of {counted(total + failed, 'image')} could not be sorted")
