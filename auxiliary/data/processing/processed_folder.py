"""The folder of processed images before new ones are made: whole images stay, all else goes."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.files import beginning
from auxiliary.core.locks import locked
from auxiliary.core.parallel import Pool, in_batches
from auxiliary.data.processing.convert import Conversion
from auxiliary.data.processing.manifest import Head, ProcessedImage, manifest_path, read_manifest, write_manifest
from auxiliary.data.reading.inspect_files import content_hash, content_hashes


def lock_file(processed: Path) -> Path:
    """Where the lock of a folder of processed images is."""
    return processed.with_name(processed.name + ".lock")


def manifest_locked(processed: Path) -> AbstractContextManager[None]:
    """Keeps other processes from changing a folder of processed images, its manifest and the tables of both."""
    return locked(lock_file(processed), f"processing the images in {processed}")


def whole_images(processed: Path, settings: Head, wanted: Sequence[Conversion],
                 pool: Pool | None = None) -> dict[str, ProcessedImage]:
    """The images of a folder that are as they should be: made so from today's raw files, and unchanged since.

    Every file is read and compared with the hash in the manifest. Nothing is written.

    Args:
        processed: the folder; it need not exist.
        settings: those that its images are to be made with; with others none is whole.
        wanted: the images that it is to hold in the end.
        pool: what reads them; None for one process per core.

    Returns:
        The whole images by path.

    Raises:
        UserError: the folder holds files and has no manifest, so they are foreign.
    """
    _check_ours(processed)
    head, recorded = read_manifest(processed)
    if {name: head.get(name) for name in settings} != settings:
        return {}
    # Links do not count, as they lead out of the folder.
    present = {file.path for file in _files(processed) if file.is_file(follow_symlinks=False)}
    below = beginning(processed)
    candidates = [recorded[path] for _, source_hash, path in wanted
                  if path in recorded and recorded[path].source_hash == source_hash and below + path in present]
    hashes = in_batches(content_hashes, [below + image.path for image in candidates], "checking images", 256, pool)
    return {image.path: image for image, content in zip(candidates, hashes, strict=True)
            if image.content_hash == content}


def prepare_folder(processed: Path, settings: Head, wanted: Sequence[Conversion],
                   whole: dict[str, ProcessedImage]) -> None:
    """Leave nothing in a folder but whole images, and make every folder that the others need.

    First the manifest loses the lines of all other images, and its head tells of the raw images that are wanted. So
    wherever a kill falls, each file that the manifest names is whole, and tables of other images are no longer valid.

    Args:
        processed: the folder; made if need be.
        settings: those that its images are made with.
        wanted: the images that it is to hold in the end.
        whole: those of them that are there, as `whole_images` gives them.
    """
    processed.mkdir(exist_ok=True)
    write_manifest(processed, {**settings, "sources": _sources(wanted)}, whole.values())
    _remove_others(processed, {beginning(processed) + path for path in whole})
    for folder in {conversion.path.rpartition(os.sep)[0] for conversion in wanted}:
        (processed / folder).mkdir(parents=True, exist_ok=True)


def _sources(wanted: Sequence[Conversion]) -> str:
    """A fingerprint of raw images, their names included."""
    return content_hash(json.dumps([(path, source_hash) for _, source_hash, path in wanted]).encode())


def _check_ours(processed: Path) -> None:
    manifest = manifest_path(processed)
    if processed.is_dir() and any(processed.iterdir()) and not manifest.exists():
        raise UserError(f"{processed} holds files, but no {manifest.name} beside it says that they may be "
                        "replaced: move the folder away or delete it")


def _files(folder: Path | str) -> Iterator[os.DirEntry]:
    """All files and links below a folder, which need not exist; links are not followed."""
    if not os.path.isdir(folder):  # noqa: PTH112 (entries are strings, as there may be a million)
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry


def _remove_others(folder: Path, keep: set[str]) -> None:
    """Remove all files but those to keep, and folders left empty; links are removed, never followed."""
    for path in list(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            _remove_others(path, keep)
            if not any(path.iterdir()):
                path.rmdir()
        elif str(path) not in keep:
            path.unlink()
