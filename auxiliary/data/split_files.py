"""The training, validation and test set on disk, with how they were divided."""

import json
from typing import Any

import pandas as pd
from filelock import FileLock

from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import Paths
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.tables import write_table

SPLITS = ("train", "val", "test")
AGAIN = "notebook 01 does that (python -m auxiliary run PROFILE --only 01)"


def write_splits(parts: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], split: Split, paths: Paths) -> None:
    """Write `train.csv`, `val.csv` and `test.csv`, then `split.json`, which says how they were divided.

    It also says by which version of the rule twins were told.

    Args:
        parts: the three tables, as `split` gives them.
        split: how they were divided.
        paths: where the data set lives.

    Raises:
        UserError: when a table does not say what are twins.
    """
    named = dict(zip(SPLITS, parts, strict=True))
    if missing := [name for name, part in named.items() if "group" not in part]:
        raise UserError(f"the table {missing[0]} needs a column `group`, which says what are twins: before the "
                        "images are divided, `add_duplicate_groups(clean)` adds it")
    fixed = bool((named["test"]["publisher_split"] == "test").any())
    made = {"split": split.model_dump(mode="json"), "fixed_test": fixed, "twins": DUPLICATES}
    paths.data.mkdir(parents=True, exist_ok=True)
    # Two divisions at once would leave tables of both.
    with FileLock(paths.data / ".split.lock"):
        record = paths.data / "split.json"
        # While it is gone the tables may be of two divisions, and nothing is trained on them.
        record.unlink(missing_ok=True)
        for name, part in named.items():
            write_table(part, paths.table(name))
        write_atomically(record, json.dumps(made) + "\n")


def is_divided(split: Split, paths: Paths) -> bool:
    """Whether the tables on disk are there, and divided as `split` says, under today's rule of what are twins."""
    made = _division(paths)
    return made is not None and made["split"] == split.model_dump(mode="json") and made.get("twins") == DUPLICATES


def describe_split(split: Split, paths: Paths) -> str:
    """How the tables on disk were divided, in words for `results.csv`.

    Raises:
        UserError: when they are not there, or were divided in another way than `split` says, or under another rule
            of what are twins than today's.
    """
    made = _division(paths)
    if made is None:
        raise _undivided(paths)
    if made["split"] != split.model_dump(mode="json"):
        raise UserError(f"the images in {paths.data} were divided by {made['split']}, and the profile says "
                        f"{split.model_dump(mode='json')}: divide them anew, {AGAIN}")
    if made.get("twins") != DUPLICATES:
        raise UserError(f"the images in {paths.data} were divided under another rule of what are twins: divide them "
                        f"anew, {AGAIN}")
    shares = "/".join(f"{fraction:g}" for fraction in split.fractions)
    if made["fixed_test"]:
        shares = f"publisher's test set, {split.fractions[1]:g} of train for validation"
    return f"{split.by} {shares}, random_state {split.random_state}"


def split_on_disk(paths: Paths) -> Split:
    """How the tables on disk were divided.

    Raises:
        UserError: when they are not there.
    """
    made = _division(paths)
    if made is None:
        raise _undivided(paths)
    return Split.model_validate(made["split"])


def _undivided(paths: Paths) -> UserError:
    return UserError(f"the images in {paths.data} are not divided into train.csv, val.csv and test.csv: {AGAIN}")


def _division(paths: Paths) -> dict[str, Any] | None:
    """What `split.json` says; None where it, or a table, is not there."""
    record = paths.data / "split.json"
    if not all(path.is_file() for path in (record, *map(paths.table, SPLITS))):
        return None
    return json.loads(record.read_text(encoding="utf-8"))
