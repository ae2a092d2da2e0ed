"""The folder of processed images before new ones are made: complete images stay, all else goes."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.data.convert import Conversion
from auxiliary.data.manifest import ProcessedImage, Settings, manifest_path, read_manifest, write_manifest


def prepare_folder(processed: Path, settings: Settings, wanted: Sequence[Conversion]) -> dict[str, ProcessedImage]:
    """Leave nothing in a folder but complete images that are wanted, and make every folder that the others need.

    The manifest loses its lines before files are removed. So wherever a kill falls, each file that it names is whole.

    Args:
        processed: the folder; made if need be.
        settings: those that its images are to be made with; with others none is complete.
        wanted: the images that it is to hold in the end.

    Returns:
        The complete images by path.

    Raises:
        UserError: the folder holds files and has no manifest, so they are foreign.
    """
    _check_ours(processed)
    processed.mkdir(exist_ok=True)
    made_with, recorded = read_manifest(processed)
    complete = _complete(processed, recorded, wanted) if made_with == settings else {}
    write_manifest(processed, settings, complete.values())
    _remove_others(processed, {f"{processed}{os.sep}{path}" for path in complete})
    for folder in {conversion.path.rpartition(os.sep)[0] for conversion in wanted}:
        (processed / folder).mkdir(parents=True, exist_ok=True)
    return complete


def _check_ours(processed: Path) -> None:
    manifest = manifest_path(processed)
    if processed.is_dir() and any(processed.iterdir()) and not manifest.exists():
        raise UserError(f"{processed} holds files, but no {manifest.name} beside it says that they may be "
                        "replaced: move the folder away or delete it")


def _complete(processed: Path, recorded: dict[str, ProcessedImage],
              wanted: Sequence[Conversion]) -> dict[str, ProcessedImage]:
    """The recorded images that are made from today's raw files, and whose files have the bytes that they should."""
    # Links do not count, as they lead out of the folder.
    sizes = {file.path: file.stat(follow_symlinks=False).st_size for file in _files(processed)
             if file.is_file(follow_symlinks=False)}
    return {path: recorded[path] for _, source_hash, path in wanted
            if path in recorded and recorded[path].source_hash == source_hash
            and recorded[path].bytes == sizes.get(f"{processed}{os.sep}{path}")}


def _files(folder: Path | str) -> Iterator[os.DirEntry]:
    """All files and links below a folder; links are not followed."""
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
