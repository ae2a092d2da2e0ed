"""The training, validation and test set on disk."""

import shutil
from collections.abc import Mapping

import pandas as pd

from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.core.files import beginning, replacing, write_atomically
from auxiliary.core.locks import locked
from auxiliary.core.paths import Paths
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.fixes.apply_fixes import APPLIED
from auxiliary.data.fixes.suspects_file import refresh_suspects, show_table
from auxiliary.data.processing.manifest import head_fingerprint, read_manifest
from auxiliary.data.processing.processed_folder import manifest_locked
from auxiliary.data.splitting.publisher_parts import kept_parts
from auxiliary.data.splitting.split_record import AGAIN, RECORD, SPLITS, SplitRecord, read_record, table_fingerprints
from auxiliary.data.tables import read_table, write_table

TABLES = ("overview", "clean", *SPLITS)


def write_splits(frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], split: Split, paths: Paths) -> None:
    """Write `train.csv`, `val.csv` and `test.csv`, then the record `split.json`, which makes them valid.

    Copies of all tables go into the data set's folder, for people to open.

    Args:
        frames: the three tables, as `split` gives them.
        split: how they were made.
        paths: where the data set lives.

    Raises:
        UserError: a table has no column `group`, or the images were changed by another process since the tables were
            made.
    """
    tables = dict(zip(SPLITS, frames, strict=True))
    if missing := [name for name, table in tables.items() if "group" not in table]:
        raise UserError(f"the table {missing[0]} needs a column `group`, which numbers near-duplicates: before the "
                        "images are split, `add_duplicate_groups(clean)` adds it")
    paths.tables.mkdir(parents=True, exist_ok=True)
    record = paths.tables / RECORD
    # Two processes at once would leave tables of both, or of images that are being replaced.
    with manifest_locked(paths.images):
        everything = pd.concat(frames)
        _check_current(everything, paths)
        # While it is gone the tables may be of two splits, and nothing is trained on them.
        record.unlink(missing_ok=True)
        for name, table in tables.items():
            write_table(table, paths.table(name), paths.data)
        made = SplitRecord(
            image_size=paths.image_size, split=split, kept=kept_parts(everything), duplicates=DUPLICATES,
            images=head_fingerprint(paths.images), tables=table_fingerprints(paths.tables), fixes=paths.fixes)
        write_atomically(record, made.model_dump_json(indent=2) + "\n")
    copy_tables(paths)


def _check_current(df: pd.DataFrame, paths: Paths) -> None:
    """Check that the processed images of a table are still those that the manifest names."""
    below = beginning(paths.images)
    images = read_manifest(paths.images)[1]
    for file, content in zip(df["filepath"], df["content_hash"], strict=True):
        image = images.get(file.removeprefix(below))
        if file.startswith(below) and (image is None or image.content_hash != content):
            raise UserError(f"another process has replaced {file} meanwhile: split the images again, {AGAIN}")


def copy_tables(paths: Paths) -> None:
    """Copy the tables and their record into the data set's folder, in place of those of other settings.

    No spreadsheet calculates the names in the table of label fixes, see `show_table`. The list of suspect labels gets
    an empty column for labels of the user's, see `refresh_suspects`.
    """
    with locked(paths.data / ".tables.lock", f"copying tables to {paths.data}"):
        for name in (*(f"{table}.csv" for table in TABLES), RECORD):
            if not (paths.tables / name).is_file():
                (paths.data / name).unlink(missing_ok=True)
                continue
            with replacing(paths.data / name) as temporary:
                shutil.copyfile(paths.tables / name, temporary)
        applied, shown = paths.table(APPLIED), paths.data / f"{APPLIED}.csv"
        if applied.is_file():
            show_table(read_table(applied, paths.data), shown)
        else:
            shown.unlink(missing_ok=True)
        refresh_suspects(paths.table("suspects"), paths.data / "suspects.csv")


def is_divided(split: Split, paths: Paths) -> bool:
    """Whether the tables are on disk and valid, see `check_splits`."""
    try:
        check_splits(split, paths)
    except UserError:
        return False
    return True


def check_splits(split: Split, paths: Paths) -> SplitRecord:
    """Check that the tables are there, made as `split` says, and of the images that lie there.

    Returns:
        Their record.

    Raises:
        UserError: they are not; the message says why and names the command that makes them anew.
    """
    made = read_record(paths.tables)
    if made.split != split:
        raise UserError(f"{paths.tables / RECORD} names another split, {made.split}, than the profile, {split}: "
                        f"split the images again, {AGAIN}")
    if made.fixes != paths.fixes:
        raise UserError(f"{paths.tables / RECORD} names other label fixes than the profile: split the images again, "
                        f"{AGAIN}")
    if made.duplicates != DUPLICATES:
        raise UserError(f"the images in {paths.tables} were split under another rule for near-duplicates: split them "
                        f"again, {AGAIN}")
    if made.images != head_fingerprint(paths.images):
        raise UserError(f"the images in {paths.images} are not, or no longer, those that {paths.tables} lists, perhaps "
                        f"because notebook 01 is at work or was interrupted: split them again, {AGAIN}")
    changed = [name for name, content in table_fingerprints(paths.tables).items() if made.tables.get(name) != content]
    if changed:
        raise UserError(f"{paths.table(changed[0])} was changed after it had been written: split the images again, "
                        f"{AGAIN}")
    return made


def describe_split(split: Split, paths: Paths) -> str:
    """How the tables were made, in words for `results.csv`; raises what `check_splits` raises."""
    _, val, test = split.fractions
    match check_splits(split, paths).kept:
        case ("val", "test"):
            return "publisher's training, validation and test set"
        case ("val",):
            shares = f"publisher's validation set, {test} of train for test"
        case ("test",):
            shares = f"publisher's test set, {val} of train for validation"
        case _:
            shares = "/".join(map(str, split.fractions))
    return f"{split.by} {shares}, random_state {split.random_state}"


def read_splits(split: Split, paths: Paths) -> Mapping[str, pd.DataFrame]:
    """The tables of the training, validation and test set by name; raises what `check_splits` raises."""
    made = check_splits(split, paths)
    tables = {name: read_table(paths.table(name), paths.data) for name in SPLITS}
    if check_splits(split, paths) != made:
        raise UserError(f"another process has just split the images in {paths.tables}: give the command again")
    return tables


def newest_splits(paths: Paths) -> SplitRecord:
    """The record of the tables that were made last, whatever their settings.

    Raises:
        UserError: there are none.
    """
    return read_record(paths.data)
