"""Every usable raw image as a processed image: upright, RGB, of one size.

Files are named in `processed_paths`, and the whole ones listed in `manifest`.
"""

import functools
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from auxiliary.core.disk import disk_errors, explained
from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute
from auxiliary.core.parallel import Pool, finished_batches
from auxiliary.core.progress import notify
from auxiliary.core.resources import check_disk
from auxiliary.data.processing.convert import INTERRUPTED, Conversion, Outcome, convert
from auxiliary.data.processing.deep_span import span_record
from auxiliary.data.processing.manifest import (
    Head,
    ProcessedImage,
    append_to_manifest,
    head_fingerprint,
    head_span,
    read_head,
)
from auxiliary.data.processing.owner import AnyProcess, ThisProcess
from auxiliary.data.processing.processed_folder import manifest_locked, prepare_folder, whole_images
from auxiliary.data.processing.processed_paths import conversions
from auxiliary.data.reading.deep import is_deep

VERSION = 8    # of the files made from the same image and settings; raise it when their pixels or hashes change
BATCH = 32     # images; what a worker of this machine gets at a time, and what is added to the manifest at a time
# Bytes that a file takes on a disk at least, and a JPEG per pixel: photographs take about three times that.
LEAST, LEAST_SHARE = 4096, 0.1


def preprocess_images(overview: pd.DataFrame, raw: Path, processed: Path, size: int = 224, quality: int = 90,
                      pool: Pool | None = None) -> pd.DataFrame:
    """Write every usable image as an upright RGB JPEG of `size` by `size` pixels below `processed`.

    Images of 64 pixels or fewer on both sides become PNG files of their own size, without loss. Each image is decoded
    once; its content hash, size, perceptual hash and thumbnail go into the manifest beside the folder. An image is not
    made again while the manifest names it with the same raw content and settings, and its file has the hash that it
    should have; deep images, see `deep_span`, are also made again where others changed their span. All
    other files in the folder are removed.

    Args:
        overview: what `catalogue(raw)` found; rows without an `error` are used.
        raw: the folder that was catalogued; only read.
        processed: the folder to fill; all that is in it belongs to this function.
        size: side in pixels; the image is stretched to a square.
        quality: of the JPEG files, 1 to 95.
        pool: what makes the images; None for one process per core.

    Returns:
        The overview with `error` completed by what decoding found, and `phash`: the perceptual hash of every JPEG file
        written, 16 hexadecimal digits; "" elsewhere.

    Raises:
        UserError: no image is usable, the folders overlap, `processed` holds foreign files, the disk has no space,
            an image was changed since the overview was made, an image cannot be written, or a worker was killed.
    """
    raw, processed = absolute(raw), absolute(processed)
    _check_apart(raw, processed)
    usable = overview.index[overview["error"] == ""]
    wanted = conversions(overview.loc[usable], raw)
    settings = {"version": VERSION, "size": size, "quality": quality}
    with manifest_locked(processed), disk_errors(processed):
        deep = overview.loc[usable, "mode"].map(is_deep)
        before = read_head(processed)
        head = settings | span_record(overview.loc[usable][deep], before, VERSION, pool)
        images = whole_images(processed, settings, _unchanged(wanted, deep, before, head), pool)
        missing = [conversion for conversion in wanted if conversion.path not in images]
        _check_space(missing, processed, size)
        prepare_folder(processed, head, wanted, images)
        outcomes = _make(missing, processed, head, pool)
    errors = {conversion.path: outcome.error for conversion, outcome in zip(missing, outcomes, strict=True)}
    images |= {outcome.image.path: outcome.image for outcome in outcomes if outcome.image}
    overview = overview.assign(phash="").astype({"phash": "str"})
    overview.loc[usable, "error"] = [errors.get(conversion.path, "") for conversion in wanted]
    overview.loc[usable, "phash"] = [images[conversion.path].phash if conversion.path in images else ""
                                     for conversion in wanted]
    _notify_stacks(images.values())
    return _checked(overview, raw)


def _check_apart(raw: Path, processed: Path) -> None:
    real_raw, real_processed = raw.resolve(), processed.resolve()
    if real_raw.is_relative_to(real_processed) or real_processed.is_relative_to(real_raw):
        raise UserError(f"{processed} and {raw} overlap, and original images are never written: "
                        "keep the two folders apart")


def _unchanged(wanted: Sequence[Conversion], deep: Iterable[bool], before: Head, head: Head) -> list[Conversion]:
    """The images that may be there already: with another span than before, none that is deep."""
    same = before.get("span") == head["span"]
    return [conversion for conversion, is_one in zip(wanted, deep, strict=True) if same or not is_one]


def _check_space(missing: Sequence[Conversion], processed: Path, size: int) -> None:
    leasts = (LEAST if conversion.path.endswith(".png") else max(LEAST, LEAST_SHARE * size**2)
              for conversion in missing)
    check_disk(processed, sum(leasts), "the processed images take")


def _make(missing: Sequence[Conversion], processed: Path, head: Head, pool: Pool | None) -> list[Outcome]:
    """Convert images and add them to the manifest, one batch after the other."""
    owner = (AnyProcess(processed, head_fingerprint(processed)) if pool and pool.outlives
             else ThisProcess(os.getpid()))
    work = functools.partial(convert, folder=processed, size=head["size"], quality=head["quality"], owner=owner,
                             span=head_span(head))
    outcomes: list[Outcome] = []
    try:
        for batch in finished_batches(work, missing, "preprocess", BATCH, pool):
            if INTERRUPTED in batch:
                raise UserError(f"{processed} is filled by another process too, or a worker saw an earlier state of "
                                "it: run it again")
            append_to_manifest(processed, (outcome.image for outcome in batch if outcome.image))
            outcomes += batch
    except OSError as error:    # unreadable raw files have an outcome; this is about what is written
        raise explained(error, processed) or UserError(
            f"images cannot be written ({error}); those that are finished stay") from error
    return outcomes


def _notify_stacks(images: Iterable[ProcessedImage]) -> None:
    if stacks := sum(image.is_stack for image in images):
        notify(f"of TIFF files that hold several pages or pictures ({stacks:,}) the first one is used")


def _checked(overview: pd.DataFrame, raw: Path) -> pd.DataFrame:
    if (overview["error"] != "").all():
        first = overview.iloc[0]
        raise UserError(f"none of the {len(overview):,} files below {raw} is a usable image (the first, "
                        f"{first['filepath']}: {first['error']}): put images there, in one folder per category")
    return overview
