"""The training, validation and test set on disk, and the record of how they were split."""

import json
from typing import Any

import pandas as pd

from auxiliary.config.profile import Split
from auxiliary.core.disk import locked
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import Paths
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.tables import write_table

SPLITS = ("train", "val", "test")
AGAIN = "notebook 01 does that (python -m auxiliary run PROFILE --only 01)"


def write_splits(frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], split: Split, paths: Paths) -> None:
    """Write `train.csv`, `val.csv` and `test.csv`, then `split.json`.

    That holds how the images were split, and the version of the rule for near-duplicates.

    Args:
        frames: the three tables, as `split` gives them.
        split: how they were made.
        paths: where the data set lives.

    Raises:
        UserError: a table has no column `group`.
    """
    tables = dict(zip(SPLITS, frames, strict=True))
    if missing := [name for name, table in tables.items() if "group" not in table]:
        raise UserError(f"the table {missing[0]} needs a column `group`, which numbers near-duplicates: before the "
                        "images are split, `add_duplicate_groups(clean)` adds it")
    fixed = bool((tables["test"]["publisher_split"] == "test").any())
    made = {"split": split.model_dump(mode="json"), "fixed_test": fixed, "duplicates": DUPLICATES}
    # Two processes at once would leave tables of both.
    with locked(paths.data / ".split.lock"):
        record = paths.data / "split.json"
        # While it is gone the tables may be of two splits, and nothing is trained on them.
        record.unlink(missing_ok=True)
        for name, table in tables.items():
            write_table(table, paths.table(name))
        write_atomically(record, json.dumps(made) + "\n")


def is_divided(split: Split, paths: Paths) -> bool:
    """Whether the tables are on disk, made as `split` says and under today's rule for near-duplicates."""
    made = _record(paths)
    return (made is not None and made["split"] == split.model_dump(mode="json")
            and made.get("duplicates") == DUPLICATES)


def describe_split(split: Split, paths: Paths) -> str:
    """How the tables on disk were made, in words for `results.csv`.

    Raises:
        UserError: they are not there, or were made in another way than `split` says, or under another rule for
            near-duplicates than today's.
    """
    made = _record(paths)
    if made is None:
        raise _not_split(paths)
    if made["split"] != split.model_dump(mode="json"):
        raise UserError(f"the images in {paths.data} were split by {made['split']}, and the profile says "
                        f"{split.model_dump(mode='json')}: split them again, {AGAIN}")
    if made.get("duplicates") != DUPLICATES:
        raise UserError(f"the images in {paths.data} were split under another rule for near-duplicates: split them "
                        f"again, {AGAIN}")
    shares = "/".join(f"{fraction:g}" for fraction in split.fractions)
    if made["fixed_test"]:
        shares = f"publisher's test set, {split.fractions[1]:g} of train for validation"
    return f"{split.by} {shares}, random_state {split.random_state}"


def split_on_disk(paths: Paths) -> Split:
    """How the tables on disk were made.

    Raises:
        UserError: they are not there.
    """
    made = _record(paths)
    if made is None:
        raise _not_split(paths)
    return Split.model_validate(made["split"])


def _not_split(paths: Paths) -> UserError:
    return UserError(f"the images in {paths.data} are not split into train.csv, val.csv and test.csv: {AGAIN}")


def _record(paths: Paths) -> dict[str, Any] | None:
    """The content of `split.json`; None where it, or a table, is not there."""
    record = paths.data / "split.json"
    if not all(path.is_file() for path in (record, *map(paths.table, SPLITS))):
        return None
    return json.loads(record.read_text(encoding="utf-8"))
