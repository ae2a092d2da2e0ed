"""The table of processed images with their labels, from which everything after preprocessing starts."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, beginning
from auxiliary.core.text import counting_order
from auxiliary.data.catalogue import COLUMNS
from auxiliary.data.processing.convert import Conversion
from auxiliary.data.processing.manifest import ProcessedImage, read_manifest
from auxiliary.data.processing.processed_paths import conversions
from auxiliary.data.tables import REMEDY


def clean_table(overview: pd.DataFrame, raw: str | Path, processed: str | Path) -> pd.DataFrame:
    """Join the manifest of processed images with the overview, and number the categories. No image is opened.

    Args:
        overview: what `preprocess_images(overview, raw, processed)` returned.
        raw: the folder that was catalogued.
        processed: the folder that `preprocess_images` filled.

    Returns:
        One row per processed image, sorted by relative path: the columns of `catalogue`, all about the processed file;
        phash (16 hexadecimal digits) and thumbnail (base64), "" for images of 64 pixels or fewer; original: the path
        of the raw file below `raw`, with forward slashes; label (int64): the category's place among all categories,
        from 0, in alphabetical order with numbers as people count.

    Raises:
        UserError: the overview holds no usable image, or one that was not processed.
    """
    raw, processed = absolute(raw), absolute(processed)
    usable = overview[overview["error"] == ""]
    if usable.empty:
        raise UserError(f"{raw} holds no usable images: put images there, in one folder per category")
    wanted = conversions(usable, raw)
    df = pd.DataFrame(_images(wanted, processed))
    df = df.assign(
        original=[source.removeprefix(beginning(raw)).replace(os.sep, "/") for source, _, _ in wanted],
        filepath=beginning(processed) + df["path"],
        category=usable["category"].to_numpy(),
        format=[path.rpartition(".")[2] for path in df["path"]],
        mode="RGB", channels=3, error="",
        publisher_split=usable["publisher_split"].to_numpy(),
        label=usable["category"].map(class_numbers(usable["category"])).to_list(),
    )
    # The order of the folder's own catalogue: name by name.
    df = df.sort_values("path", key=lambda paths: paths.str.replace(os.sep, "\0"), ignore_index=True)
    types = COLUMNS | {"phash": "str", "thumbnail": "str", "original": "str", "label": "int64"}
    return df[list(types)].astype(types)


def class_numbers(categories: pd.Series) -> dict[str, int]:
    """The place of each category among all categories, from 0, in alphabetical order with numbers as people count."""
    return {name: place for place, name in enumerate(sorted(set(categories), key=counting_order))}


def _images(wanted: Sequence[Conversion], processed: Path) -> list[ProcessedImage]:
    """The image that each conversion made."""
    images = read_manifest(processed)[1]
    for source, source_hash, path in wanted:
        if path not in images or images[path].source_hash != source_hash:
            raise UserError(f"{source} has no processed image below {processed}: {REMEDY}")
    return [images[conversion.path] for conversion in wanted]
