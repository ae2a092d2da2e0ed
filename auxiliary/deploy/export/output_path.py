"""Where an export goes: a file or folder that is there whole or not at all, and replaces nothing but an earlier export.

Class names lie beside it in a text file, which tells an earlier export from anything else.
"""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, replacing
from auxiliary.runs.run import Run


def find_place(run: Run, suffix: str, out: Path | None) -> Path:
    """Where to write the export of a run.

    Args:
        run: the run.
        suffix: of the format; empty for a folder.
        out: where its user wants it; in the run's own folder, by the run's name, unless given.

    Raises:
        UserError: something else lies there, or the name does not fit the format.
    """
    place = absolute(out.expanduser()) if out else run.folder / "export" / (run.id + suffix)
    if not place.name.endswith(suffix):
        raise UserError(f"--out {out}: the name of a file of this format ends in {suffix}")
    if place.exists() and place.is_dir() != (not suffix):
        raise UserError(f"{place} is a {'folder' if suffix else 'file'}, and a {'file' if suffix else 'folder'} is to "
                        "be written: name another place with --out")
    if place.exists() and not labels_file(place).is_file():
        raise UserError(f"{place} is there and is no earlier export, or {labels_file(place).name} would lie beside it: "
                        "name another place with --out, or remove it")
    return place


def labels_file(place: Path) -> Path:
    """The text file beside an export with its class names, one a line."""
    return place.with_name(f"{place.name}.labels.txt")


@contextmanager
def writing(place: Path, suffix: str) -> Iterator[Path]:
    """Let something write an export to the temporary path that this yields; it takes its place at the end.

    Raises:
        UserError: it cannot be written; what was at `place` stays.
    """
    replace: AbstractContextManager[Path] = replacing(place) if suffix else _replacing_folder(place)
    try:
        with replace as temporary:
            yield temporary
    except OSError as error:
        raise UserError(f"{place} cannot be written ({error.strerror or error}): make room or see to its permissions, "
                        "or name another place with --out") from error


@contextmanager
def _replacing_folder(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".tmp", dir=path.parent) as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)
