"""The path of an export. It is written completely or not at all, and replaces nothing but an earlier export.

The class names lie beside it in a text file, which also marks it as an export.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, remove_leftovers, replacing
from auxiliary.core.ownership import temporary_folder
from auxiliary.core.paths import with_home
from auxiliary.runs.run import Run


def find_output_path(run: Run, suffix: str, out: Path | None) -> Path:
    """The path for the export of a run.

    Args:
        run: the run.
        suffix: suffix of the format; empty for a folder.
        out: the path that the user chose; by default it is below the run's folder.

    Raises:
        UserError: the path is taken by something else, or its name does not fit the format.
    """
    path = absolute(with_home(out)) if out else run.folder / "export" / (run.id + suffix)
    if not path.name.endswith(suffix):
        raise UserError(f"--out {out}: the name of a file in this format must end in {suffix}")
    if path.exists() and path.is_dir() != (not suffix):
        raise UserError(f"{path} is a {'folder' if suffix else 'file'}, and this format writes a "
                        f"{'file' if suffix else 'folder'}: choose another path with --out")
    if path.exists() and not labels_file(path).is_file():
        raise UserError(f"{path} exists and is not an earlier export ({labels_file(path).name} is missing): "
                        "choose another path with --out, or remove it")
    return path


def labels_file(path: Path) -> Path:
    """The text file of class names beside an export, one per line."""
    return path.with_name(f"{path.name}.labels.txt")


@contextmanager
def replacing_export(path: Path, suffix: str) -> Iterator[Path]:
    """Yield a temporary path to write an export to, and move the result to `path` at the end.

    What killed processes left beside it is removed.

    Raises:
        UserError: it cannot be written; an earlier export at `path` stays.
    """
    replace: AbstractContextManager[Path] = replacing(path) if suffix else _replacing_folder(path)
    try:
        remove_leftovers(path.parent)
        with replace as temporary:
            yield temporary
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}): free space, check its permissions, "
                        "or choose another path with --out") from error


@contextmanager
def _replacing_folder(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    _restore(path.parent)
    with temporary_folder(path.parent, prefix=".") as scratch:
        new, old = scratch / "new", scratch / "old"
        yield new
        if path.exists():
            old.mkdir()
            path.rename(old / path.name)
        new.rename(path)


def _restore(folder: Path) -> None:
    """Move exports back that were about to be replaced when a process was killed."""
    for old in folder.glob(".auxiliary-*/old/*"):
        if not (folder / old.name).exists():
            old.rename(folder / old.name)
