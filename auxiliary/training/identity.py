"""What makes two runs the same run."""

import json
from typing import Any

from auxiliary.config.profile import Row, ScratchRow, TransferRow
from auxiliary.data.augmentations import AUGMENTATIONS
from auxiliary.data.fingerprint import digest
from auxiliary.data.twins import TWINS
from auxiliary.lab import Lab
from auxiliary.line import parse_line
from auxiliary.networks.operations import OPERATIONS
from auxiliary.training.pipeline import PIPELINE

# What a row says about itself without changing what is trained.
ABOUT = {"model_id", "key", "reported", "note", "seeds"}


def fingerprint(row: Row, seed: int | None, lab: Lab) -> str:
    """Identify a run by everything that its figures depend on, without loading TensorFlow.

    That is: the row with its lines written out in full, the seed, the pictures with their labels and
    division, the parent run, and the versions of the training pipeline and of the rule of what are twins.

    Args:
        row: what is trained.
        seed: its seed; None identifies what the runs of all seeds have in common.
        lab: the open profile.

    Returns:
        12 hexadecimal digits.
    """
    parent = fingerprint(lab.all_rows[row.parent], seed, lab) if row.parent else None
    matters = {
        "pipeline": PIPELINE, "seed": seed, "parent": parent, "row": _settings(row),
        "data": lab.fingerprints, "twins": TWINS,
    }
    return digest(json.dumps(matters, sort_keys=True))


def _settings(row: Row) -> dict[str, Any]:
    settings = row.model_dump(mode="json", exclude=ABOUT | {"parent"})
    settings["augment"] = repr(parse_line(row.augment, AUGMENTATIONS, "augment"))
    if isinstance(row, ScratchRow):
        settings["net"] = repr(parse_line(row.net, OPERATIONS, "net"))
    if isinstance(row, TransferRow):
        settings["head"] = repr(parse_line(row.head, OPERATIONS, "head"))
    return settings
