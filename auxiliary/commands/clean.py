"""`python -m auxiliary clean`: removes what was made of images at earlier sizes and splits, or for training only."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import click

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.locks import is_locked
from auxiliary.core.paths import ACTIVATIONS, CACHED, FEATURES, Paths, find_root, processed_folders
from auxiliary.core.progress import notify
from auxiliary.core.text import format_bytes, printable
from auxiliary.data.processing.manifest import manifest_path
from auxiliary.data.processing.processed_folder import lock_file
from auxiliary.data.splitting.split_record import RECORD
from auxiliary.project.open import open_newest


def clean(dataset: str | None = None, root: Path | None = None, yes: bool = False) -> None:
    """Remove processed images, tables and cached features, except those that belong to a data set's newest tables.

    Of these it removes what training caches of tuned backbones, which is large and of use to it alone. Prints each
    folder with the space that it takes, asks, and prints how much was freed. Original images, runs and results stay,
    and so does every file that this project did not make.

    Args:
        dataset: the data set to clean; all of the root unless given.
        root: the folder that holds `data/`; the repository unless given.
        yes: whether not to ask.

    Raises:
        UserError: there is no such data set, another process is at work on it, or nobody answers.
    """
    old = {folder: _size(folder) for paths in _data_sets(find_root(root), dataset) for folder in _old_folders(paths)}
    if not old:
        click.echo("nothing to remove: all processed images and tables belong to the newest ones")
        return
    for folder, size in old.items():
        click.echo(printable(f"{folder}  {format_bytes(size)}"))
    if not yes and not _agreed():
        return
    for folder in old:
        _remove(folder)
    click.echo(f"{format_bytes(sum(size - _size(folder) for folder, size in old.items()))} freed")


def _agreed() -> bool:
    """Ask; `UserError` where standard input ends without an answer, as in a job of cron."""
    try:
        return click.confirm("remove these? Notebook 01 and training can make them again")
    except click.Abort as error:
        click.echo()
        raise UserError("nothing was removed, because nobody answered: with --yes it does not ask") from error


def _data_sets(root: Path, dataset: str | None) -> list[Paths]:
    """The paths of the newest tables of each data set that has tables; nobody is working on it."""
    names = [folder.parent.name for folder in processed_folders(root)]
    if dataset is not None and dataset not in names:
        raise unknown(f"data set of {root / 'data'}", dataset, names)
    found = []
    for name in [dataset] if dataset else names:
        try:
            found.append(open_newest(name, root).paths)
        except UserError as error:
            notify(f"{name} stays as it is: {error}")
    for paths in found:
        _check_idle(paths)
    return found


def _check_idle(paths: Paths) -> None:
    locks = [*paths.models.glob(".*.lock"), *(lock_file(folder / "images") for folder in _sizes(paths))]
    if busy := next(filter(is_locked, locks), None):
        raise UserError(f"another process is at work on {paths.dataset} (it holds {busy}): wait for its end")


def _sizes(paths: Paths) -> Iterator[Path]:
    """The folders of all image sizes."""
    return (folder for folder in sorted(paths.processed.parent.iterdir())
            if folder.name.isdecimal() and manifest_path(folder / "images").is_file())


def _old_folders(paths: Paths) -> Iterator[Path]:
    for folder in _sizes(paths):
        if folder != paths.processed:
            yield folder
        else:
            yield from (tables for tables in _table_folders(folder) if tables != paths.tables)
    # Earlier versions cached beside the tables.
    cached = *(paths.processed / FEATURES).glob("*"), paths.processed / ACTIVATIONS, *_cached_in(paths.tables)
    yield from (folder for folder in sorted(cached) if folder.is_dir() and folder != paths.features)


def _cached_in(folder: Path) -> list[Path]:
    return [folder / name for name in CACHED if (folder / name).is_dir()]


def _table_folders(folder: Path) -> list[Path]:
    return sorted(record.parent for record in folder.glob(f"*/{RECORD}"))


def _remove(folder: Path) -> None:
    """Remove what this project made in the folder of a size, of tables or of what is cached; a kill does no harm."""
    if {folder.name, folder.parent.name} & {*CACHED}:
        shutil.rmtree(folder)
        return
    for tables in [folder] if (folder / RECORD).is_file() else _table_folders(folder):
        # First what makes the tables valid.
        (tables / RECORD).unlink()
        shutil.rmtree(tables)
    for cached in _cached_in(folder):
        shutil.rmtree(cached)
    if (images := folder / "images").is_dir():
        shutil.rmtree(images)
        manifest_path(images).unlink()
        lock_file(images).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()


def _size(folder: Path) -> int:
    """The bytes of all files below a folder; links are not followed."""
    return sum(path.stat(follow_symlinks=False).st_size for path in folder.rglob("*"))
