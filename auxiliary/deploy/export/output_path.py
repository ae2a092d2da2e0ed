"""The path of an export. It is written completely or not at all, and replaces nothing but an earlier export.

The class names lie beside it in a text file, a program that runs it in another, and its model card in a third.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, remove_leftovers, wait_for_disk, write_atomically
from auxiliary.core.ownership import temporary_folder
from auxiliary.core.paths import with_home
from auxiliary.deploy.export.marks import MARKDOWN, PYTHON, is_marked_text, mark, read_mark
from auxiliary.runs.run import Run

OTHER = "choose another path with --out"


def find_output_path(run: Run, suffix: str, out: Path | None) -> Path:
    """The path for the export of a run.

    Args:
        run: the run.
        suffix: suffix of the format; empty for a folder.
        out: the path that the user chose; by default it is below the run's folder.

    Raises:
        UserError: the path is taken by anything but an earlier export, or its name does not fit the format.
    """
    path = absolute(with_home(out)) if out else run.folder / "export" / (run.id + suffix)
    if not path.name.endswith(suffix):
        raise UserError(f"--out {out}: the name of a file in this format must end in {suffix}")
    # Unlike Path.exists and Path.is_dir, these take a name that no file can have.
    if os.path.exists(path) and os.path.isdir(path) != (not suffix):  # noqa: PTH110, PTH112
        raise UserError(f"{path} is a {'folder' if suffix else 'file'}, and this format writes a "
                        f"{'file' if suffix else 'folder'}: {OTHER}")
    _check_path(path)
    return path


def labels_file(path: Path) -> Path:
    """The text file of class names beside an export, one per line."""
    return path.with_name(f"{path.name}.labels.txt")


def program_file(path: Path) -> Path:
    """The program beside an export that runs it, see `auxiliary.deploy.export.how_to_run`."""
    return path.with_name(f"{path.name}.how-to-run.py")


def card_file(path: Path) -> Path:
    """The model card beside an export, see `auxiliary.deploy.export.model_card`."""
    return path.with_name(f"{path.name}.model-card.md")


@contextmanager
def replacing_export(path: Path, labels: str, program: str) -> Iterator[Path]:
    """Yield a temporary path to write an export to. At the end of the block it goes to `path`, the other files beside.

    The block writes the model card too: to the `card_file` of the temporary path.

    What killed exports left in the same folder is removed.

    Args:
        path: where the export goes.
        labels: the class names, one per line.
        program: what `how_to_run` gives for it.

    Raises:
        UserError: it cannot be written, or the path has been taken meanwhile; what is at `path` stays.
    """
    try:
        _check_beside(path, labels)
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent)
        _restore(path.parent)
        with temporary_folder(path.parent, prefix=".") as scratch:
            yield scratch / path.name
            # Again: the block takes minutes.
            _check_path(path)
            _check_beside(path, labels)
            write_atomically(labels_file(path), labels)
            write_atomically(program_file(path), program)
            write_atomically(card_file(path), card_file(scratch / path.name).read_text(encoding="utf-8"))
            _move(scratch / path.name, path, scratch / "old")
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}): free space, check its permissions, "
                        f"or {OTHER}") from error


def _check_path(path: Path) -> None:
    if os.path.lexists(path) and read_mark(path) is None:
        raise UserError(f"{path} exists and is not an earlier export, or was changed since: {OTHER}, or remove it")


def _check_beside(path: Path, labels: str) -> None:
    """Refuse files beside an export that were not written by an earlier one."""
    earlier = read_mark(path)
    _check_file(labels_file(path), lambda content: content == labels.encode() or mark(content) == earlier)
    _check_file(program_file(path), lambda content: is_marked_text(content, PYTHON))
    _check_file(card_file(path), lambda content: is_marked_text(content, MARKDOWN))


def _check_file(file: Path, is_ours: Callable[[bytes], bool]) -> None:
    if not os.path.lexists(file):
        return
    if file.is_symlink() or not file.is_file() or not is_ours(file.read_bytes()):
        raise UserError(f"{file} was not written by an earlier export, or was changed since: {OTHER}, or remove it")


def _move(new: Path, path: Path, old: Path) -> None:
    """Replace an export; a folder in two steps, as none can replace another in one."""
    if not new.is_dir():
        wait_for_disk(new)
        new.replace(path)
        return
    if not path.is_dir():
        new.rename(path)
        return
    old.mkdir()
    path.rename(old / path.name)
    try:
        new.rename(path)
    except BaseException:
        (old / path.name).rename(path)
        raise


def _restore(folder: Path) -> None:
    """Move exports back that were about to be replaced when a process was killed."""
    for old in folder.glob(".auxiliary-*/old/*"):
        if not os.path.lexists(folder / old.name):
            old.rename(folder / old.name)
