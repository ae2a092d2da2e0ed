"""The record beside the tables of a split: what they were made of, and what they are valid for."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from auxiliary.config.profile import Split
from auxiliary.core.errors import PREPARE, UserError
from auxiliary.data.tables import digest

SPLITS = ("train", "val", "test")
RECORD = "split.json"
AGAIN = f"notebook 01 does that ({PREPARE})"


class SplitRecord(BaseModel):
    """What the tables of a split were made of.

    Attributes:
        image_size: side of the processed images in pixels.
        split: the rule that split them.
        kept: which of the publisher's parts were kept: `val`, `test`, both or none.
        duplicates: version of the rule for near-duplicates.
        images: fingerprint of the head of the images' manifest: with another one the tables are not valid.
        tables: fingerprint of each table's file.
        fixes: fingerprint of the label fixes that were applied; "" where there were none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    image_size: int
    split: Split
    kept: tuple[str, ...]
    duplicates: int
    images: str
    tables: dict[str, str]
    fixes: str = ""


def table_fingerprints(folder: Path) -> dict[str, str]:
    """The fingerprint of each split's file in a folder of tables."""
    return {name: digest((folder / f"{name}.csv").read_bytes()) for name in SPLITS}


def read_record(folder: Path) -> SplitRecord:
    """The record in a folder whose tables are all there."""
    record = folder / RECORD
    if not all((folder / name).is_file() for name in (RECORD, *(f"{name}.csv" for name in SPLITS))):
        raise UserError(f"{folder} does not hold the images split into train.csv, val.csv and test.csv: {AGAIN}")
    try:
        return SplitRecord.model_validate_json(record.read_bytes())
    except ValidationError:
        raise UserError(f"{record} is damaged, or was written by another version: split the images "
                        f"again, {AGAIN}") from None
