"""Every usable raw image as a processed image: upright, RGB, of one size.

`auxiliary.data.processed_paths` says how the files are named, `auxiliary.data.manifest` which of them are complete.
"""

import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd
from filelock import FileLock

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.parallel import in_batches
from auxiliary.core.resources import check_disk
from auxiliary.data.convert import Conversion, Outcome, convert
from auxiliary.data.manifest import (
    ProcessedImage,
    Settings,
    append_to_manifest,
    manifest_path,
    read_manifest,
    write_manifest,
)
from auxiliary.data.processed_paths import conversions

VERSION = 5    # of the files made from the same image and settings; raise it when their pixels or hashes change
BATCH = 32     # images; what a worker gets at a time, and what is added to the manifest at a time
# Bytes that a file takes on a disk at least, and a JPEG per pixel: photographs take about three times that.
LEAST, LEAST_SHARE = 4096, 0.1


def preprocess_images(overview: pd.DataFrame, raw: Path, processed: Path, size: int = 224, quality: int = 90,
                      workers: int | None = None) -> pd.DataFrame:
    """Write every usable image as an upright RGB JPEG of `size` by `size` pixels below `processed`.

    Images of 64 pixels or fewer on both sides become PNG files of their own size, without loss. Each image is decoded
    once; its content hash, size, perceptual hash and thumbnail go into the manifest beside the folder. An image is not
    made again while the manifest names it with the same raw content and settings, and its file has its bytes. All
    other files in the folder are removed.

    Args:
        overview: what `catalogue(raw)` found; rows without an `error` are used.
        raw: the folder that was catalogued; only read.
        processed: the folder to fill; all that is in it belongs to this function.
        size: side in pixels; the image is stretched to a square.
        quality: of the JPEG files, 1 to 95.
        workers: number of processes; None for one per core.

    Returns:
        The overview with `error` completed by what decoding found, and `phash`: the perceptual hash of every JPEG file
        written, 16 hexadecimal digits; "" elsewhere.

    Raises:
        UserError: no image is usable, the folders overlap, `processed` holds foreign files, the disk has no space,
            an image cannot be written, or a worker was killed.
    """
    raw, processed = absolute(raw), absolute(processed)
    _check_apart(raw, processed)
    usable = overview.index[overview["error"] == ""]
    wanted = conversions(overview.loc[usable], raw)
    processed.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(processed.with_name(processed.name + ".lock")):
        images = _prepare(processed, {"version": VERSION, "size": size, "quality": quality}, wanted)
        missing = [conversion for conversion in wanted if conversion.path not in images]
        outcomes = _make(missing, processed, size, quality, workers)
    errors = {conversion.path: outcome.error for conversion, outcome in zip(missing, outcomes, strict=True)}
    images |= {outcome.image.path: outcome.image for outcome in outcomes if outcome.image}
    overview = overview.assign(phash="").astype({"phash": "str"})
    overview.loc[usable, "error"] = [errors.get(conversion.path, "") for conversion in wanted]
    overview.loc[usable, "phash"] = [images[conversion.path].phash if conversion.path in images else ""
                                     for conversion in wanted]
    return _checked(overview, raw)


def _check_apart(raw: Path, processed: Path) -> None:
    real_raw, real_processed = raw.resolve(), processed.resolve()
    if real_raw.is_relative_to(real_processed) or real_processed.is_relative_to(real_raw):
        raise UserError(f"{processed} and {raw} overlap, and original images are never written: "
                        "keep the two folders apart")


def _prepare(processed: Path, settings: Settings, wanted: Sequence[Conversion]) -> dict[str, ProcessedImage]:
    """Leave nothing in `processed` but complete images that are wanted, and every folder that the others need.

    The manifest loses its lines before files are removed. So wherever a kill falls, each file that it names is whole.

    Returns:
        The complete images by path.
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


def _make(missing: Sequence[Conversion], processed: Path, size: int, quality: int,
          workers: int | None) -> list[Outcome]:
    """Convert images and add them to the manifest, one batch after the other."""
    leasts = (LEAST if conversion.path.endswith(".png") else max(LEAST, LEAST_SHARE * size**2)
              for conversion in missing)
    check_disk(processed, sum(leasts), "the processed images take")
    work = functools.partial(convert, folder=processed, size=size, quality=quality, owner=os.getpid())
    try:
        return list(_recorded(in_batches(work, missing, "preprocess", size=BATCH, workers=workers), processed))
    except OSError as error:    # unreadable raw files have an outcome; this is about what is written
        raise UserError(f"images cannot be written: {error}. Those that are finished stay") from error


def _recorded(outcomes: Iterable[Outcome], processed: Path) -> Iterator[Outcome]:
    outcomes = iter(outcomes)
    while batch := list(islice(outcomes, BATCH)):
        append_to_manifest(processed, (outcome.image for outcome in batch if outcome.image))
        yield from batch


def _checked(overview: pd.DataFrame, raw: Path) -> pd.DataFrame:
    if (overview["error"] != "").all():
        first = overview.iloc[0]
        raise UserError(f"none of the {len(overview)} files below {raw} is a usable image (the first, "
                        f"{first['filepath']}: {first['error']}): put images there, in one folder per category")
    return overview
