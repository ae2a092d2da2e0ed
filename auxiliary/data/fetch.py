"""Filling a data set's folder of original images, from its publisher, a folder or an archive.

A provider's only job is to fill that folder; everything after it is the same for every data set.
"""

import shutil
from pathlib import Path

from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked
from auxiliary.core.paths import Paths, with_home
from auxiliary.core.progress import notify, track
from auxiliary.data.archives.archive import unpack
from auxiliary.data.folders.annotations import ADVICE
from auxiliary.data.folders.folders import holds_categories
from auxiliary.data.layout import find_layout
from auxiliary.data.providers import animals10, cifar10, demo, flowers
from auxiliary.data.providers.base import DataSet

DATA_SETS: dict[str, DataSet] = {
    module.DATA_SET.name: module.DATA_SET for module in (demo, animals10, cifar10, flowers)
}
DOCUMENTS = {"", ".txt", ".md", ".rst", ".html", ".pdf"}    # suffixes of licences and read-me files


def fetch(paths: Paths, source: Path | str | None = None) -> Path:
    """Fill the folder of original images, unless it is filled, and return it.

    In this order: a filled `data/<name>/raw-img/` is taken as it is, even when `source` is given (a sentence
    is printed then); a folder, zip or tar.gz named by `source` is copied or unpacked; the images are downloaded from
    their publisher. The folder appears by one rename at the end, so a killed process leaves no half of it. Licence and
    read-me files go beside it. The user's own folder (`paths.own`) is never written.

    Args:
        paths: where the data set lives.
        source: a folder or archive of its images, in folders as `find_layout` describes; never changed.

    Returns:
        `paths.raw`: one folder per category, or parts such as `train/` and `test/` with one folder per category each.

    Raises:
        UserError: for an unknown name, a folder or archive without images in folders, an archive that
            `unpack` refuses, or a publisher that cannot be reached.
    """
    if paths.own:
        return _own(paths, source)
    if paths.dataset not in DATA_SETS:
        raise UserError(f"{unknown('data set', paths.dataset, DATA_SETS)}; "
                        "the path of a folder of images works too")
    if _fillable(paths.raw):
        with locked(paths.data / ".fetch.lock", f"filling {paths.raw}"), disk_errors(paths.raw):
            if _fillable(paths.raw):    # still: another process may have filled it meanwhile
                _fill(paths, with_home(source) if source else None)
    elif source:
        notify(f"{paths.raw} is filled already, so {source} is not read: remove the former to use the latter.")
    return paths.raw


def find_images(folder: Path) -> Path:
    """Find the folder in a source that holds the category folders, or the parts that do, see `find_layout`.

    Raises:
        UserError: there are none.
    """
    return find_layout(folder).top


def _own(paths: Paths, source: Path | str | None) -> Path:
    given, record = paths.given, paths.data / "made-from.txt"
    if source:
        raise UserError(f"{given} is read in place, so {source} is not needed: leave out `source`")
    if not paths.own.is_dir():
        raise UserError(f"{paths.own} is not a folder: {ADVICE}")
    find_layout(paths.own, paths.labels)
    earlier = Path(record.read_text(encoding="utf-8")) if record.is_file() else given
    if earlier != given and earlier.exists():
        raise UserError(f"{paths.data} was made from {earlier}, which is still there: give {given} another `name`")
    write_atomically(record, str(given))
    return paths.own


def _fillable(raw: Path) -> bool:
    if not raw.exists() or not any(raw.iterdir()):
        return True
    if not holds_categories(raw):
        raise UserError(f"{raw} holds no images in folders: fill it, one folder per category, or remove it")
    return False


def _fill(paths: Paths, source: Path | None) -> None:
    stage = paths.raw.with_name("raw-img.partial")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    fresh = stage / "fresh"
    try:
        if source is None:
            DATA_SETS[paths.dataset].fill(fresh)
        elif source.is_dir():
            _copy(source, fresh)
        elif source.is_file():
            unpack(source, fresh)
        else:
            raise UserError(f"there is no {source}: `source` must be a folder, a zip or a tar.gz")
        _settle(fresh, paths)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _copy(source: Path, folder: Path) -> None:
    root = find_images(source)
    links = [path for path in root.rglob("*") if path.is_symlink() and not path.is_file()]
    if links:
        raise UserError(f"{links[0]} is a link to a folder or to nothing: replace it by what it points to")
    files = [path for path in root.rglob("*") if path.is_file()]
    for file in track(files, f"copy {source.name}", len(files), "file"):
        copy = folder / "raw-img" / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)     # without its mode: the copy of a read-only file can be removed
    for document in _documents(source, root):
        shutil.copyfile(document, folder / document.name)


def _settle(fresh: Path, paths: Paths) -> None:
    root = find_images(fresh)
    for document in _documents(fresh, root):
        if not (paths.data / document.name).exists():
            document.rename(paths.data / document.name)
    root.rename(paths.raw)


def _documents(top: Path, root: Path) -> list[Path]:
    levels = [root, *(level for level in root.parents if level.is_relative_to(top))]
    return [path for level in levels for path in level.iterdir()
            if path.is_file() and path.suffix.lower() in DOCUMENTS and not path.name.startswith(".")]
