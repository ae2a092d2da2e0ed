"""Every usable raw image as an image of one kind, below `processed/`.

`auxiliary.data.preprocess` states how the files are named.
"""

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import pandas as pd
from filelock import FileLock

from auxiliary.core.errors import ImageError, UserError
from auxiliary.core.files import absolute, beginning, write_atomically
from auxiliary.core.parallel import in_batches
from auxiliary.core.resources import check_disk
from auxiliary.data.convert import Job, Outcome, convert
from auxiliary.data.phash import read_look

SMALL = 64          # pixels; images up to here stay lossless, at their own size
LONGEST_NAME = 255  # bytes, on all common file systems
KEPT = 40           # characters of a name that has to be cut


def targets(files: Iterable[tuple[str, int, int]]) -> list[str]:
    """The preprocessed image's relative path, for every raw image's relative path, width and height."""
    files = list(files)
    folders = {path.rpartition(os.sep)[0] for path, _, _ in files}
    folders |= {str(parent) for folder in folders for parent in PurePath(folder).parents}
    return [_target(path, ".png" if max(width, height) <= SMALL else ".jpg", folders)
            for path, width, height in files]


def _target(path: str, suffix: str, folders: set[str]) -> str:
    folder, separator, name = path.rpartition(os.sep)
    if len(os.fsencode(name + suffix)) > LONGEST_NAME or path + suffix in folders:
        fingerprint = hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()
        return f"{folder}{separator}{name[:KEPT]}~{fingerprint}{suffix}"
    return path + suffix


VERSION = 4    # of what is made from the same image and settings; raise it when pixels or looks change
# Bytes that a file takes on a disk at least, and a JPEG a pixel: photographs take about three times that.
LEAST, LEAST_SHARE = 4096, 0.1


def preprocess_images(overview: pd.DataFrame, raw: Path, processed: Path, size: int = 224, quality: int = 90,
              workers: int | None = None) -> pd.DataFrame:
    """Write every usable image as an upright RGB JPEG of `size` by `size` pixels below `processed`.

    Every JPEG file carries its look (`auxiliary.data.phash`) in its comment, from which twins are told. Images of
    64 pixels or fewer on both sides become PNG files of their own size, without loss and without a look. A file's time
    tells which source it was made from, so what an interrupted run finished is not made again. What has no usable
    source any more is removed; everything is made again when the settings differ from those in `<processed>.json`.

    Args:
        overview: what `catalogue(raw)` found; rows without a `error` are used.
        raw: the folder that was catalogued; only read.
        processed: the folder to fill; all that is in it belongs to this function.
        size: side in pixels; the image is stretched to a square.
        quality: of the JPEG files, 1 to 95.
        workers: number of processes; None for one a core.

    Returns:
        The overview, with what decoding found: `error` completed, and the `phash` of every JPEG file written.

    Raises:
        UserError: no image is usable, the folders overlap, `processed` holds foreign files, the disk has no room,
            an image cannot be written, or a worker was killed.
    """
    raw, processed = absolute(raw), absolute(processed)
    _check_apart(raw, processed)
    usable = overview.index[overview["error"] == ""]
    jobs = _jobs(overview.loc[usable], raw, processed)
    processed.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(processed.with_name(processed.name + ".lock")):
        _prepare(processed, {"version": VERSION, "size": size, "quality": quality}, jobs)
        outcomes = _made(jobs, processed, size, quality, workers)
        _remove_failed(jobs, outcomes)
    # Whatever hash a raw file came with is not of what was decoded here.
    overview = overview.assign(phash="").astype({"phash": "str"})
    overview.loc[usable, "error"] = [outcome.error for outcome in outcomes]
    overview.loc[usable, "phash"] = [outcome.phash for outcome in outcomes]
    return _with_images(overview, raw)


def _check_apart(raw: Path, processed: Path) -> None:
    real_raw, real_processed = raw.resolve(), processed.resolve()
    if real_raw.is_relative_to(real_processed) or real_processed.is_relative_to(real_raw):
        raise UserError(f"{processed} and {raw} overlap, and original images are never written: "
                        "keep the two folders apart")


def _jobs(usable: pd.DataFrame, raw: Path, processed: Path) -> list[Job]:
    # Strings, as there may be a million of them: a path takes five times as much memory.
    below = beginning(raw)
    up = f"{os.sep}..{os.sep}"
    if strays := [file for file in usable["filepath"] if not file.startswith(below) or up in file]:
        raise UserError(f"{strays[0]} does not lie below {raw}: make the overview from that folder")
    files = zip((file.removeprefix(below) for file in usable["filepath"]), usable["width"], usable["height"],
                strict=True)
    return [Job(source, f"{processed}{os.sep}{target}", content) for source, target, content
            in zip(usable["filepath"], targets(files), usable["content_hash"], strict=True)]


def _prepare(processed: Path, settings: dict[str, int], jobs: Sequence[Job]) -> None:
    """Leave nothing in `processed` but images of these settings and sources, and every folder they need.

    Old images go before new settings are recorded, and new ones come after: wherever a kill falls between
    these steps, the images that are there were made with the settings on record.
    """
    record = processed.with_name(processed.name + ".json")
    _check_ours(processed, record)
    if _recorded(record) != settings:
        _clear(processed, keep=set())
        write_atomically(record, json.dumps(settings) + "\n")
    _clear(processed, keep={job.target for job in jobs})
    for folder in {job.target.rpartition(os.sep)[0] for job in jobs}:
        Path(folder).mkdir(parents=True, exist_ok=True)


def _check_ours(processed: Path, record: Path) -> None:
    if processed.is_dir() and any(processed.iterdir()) and not record.exists():
        raise UserError(f"{processed} holds files, but no {record.name} beside it says that they may be "
                        "replaced: move the folder away or delete it")


def _recorded(record: Path) -> object:
    try:
        return json.loads(record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _clear(folder: Path, keep: set[str]) -> None:
    """Remove all files but those to keep, and folders left empty; links are removed, never followed."""
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and not path.is_symlink():
            _clear(path, keep)
            if not any(path.iterdir()):
                path.rmdir()
        elif str(path) not in keep or path.is_symlink():
            path.unlink()


def _made(jobs: Sequence[Job], processed: Path, size: int, quality: int, workers: int | None) -> list[Outcome]:
    """What became of each image, now or in an earlier run."""
    outcomes = [_finished(job) for job in jobs]
    to_do = [job for job, outcome in zip(jobs, outcomes, strict=True) if outcome is None]
    leasts = (LEAST if job.target.endswith(".png") else max(LEAST, LEAST_SHARE * size**2) for job in to_do)
    check_disk(processed, sum(leasts), "the prepared images take")
    work = functools.partial(convert, size=size, quality=quality, owner=os.getpid())
    try:
        made = iter(list(in_batches(work, to_do, "preprocess", workers=workers)))
    except OSError as error:    # unreadable sources are an image's problem; this is about targets
        raise UserError(f"images cannot be written: {error}. What was finished is kept") from error
    return [outcome or next(made) for outcome in outcomes]


def _finished(job: Job) -> Outcome | None:
    """What an earlier run made of an image; None where it is still to make."""
    try:
        made = Path(job.target).stat()
        # A power cut may leave an empty file.
        if made.st_size == 0 or made.st_mtime_ns != job.mtime_ns:
            return None
        if job.target.endswith(".png"):
            return Outcome()
        look = read_look(Path(job.target))
    except (OSError, ImageError):
        return None
    return look and Outcome(phash=look.phash)


def _remove_failed(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        if outcome.error:
            Path(job.target).unlink(missing_ok=True)


def _with_images(overview: pd.DataFrame, raw: Path) -> pd.DataFrame:
    if (overview["error"] != "").all():
        first = overview.iloc[0]
        raise UserError(f"none of the {len(overview)} files below {raw} is a usable image (the first, "
                        f"{first['filepath']}: {first['error']}): put images there, a folder a category")
    return overview
