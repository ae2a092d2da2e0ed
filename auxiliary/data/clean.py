"""The table of processed images with their labels, from which everything after preprocessing starts."""

import os
from pathlib import Path, PurePath

import pandas as pd
from sklearn.preprocessing import LabelEncoder

from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, beginning
from auxiliary.data.catalogue import COLUMNS
from auxiliary.data.manifest import read_manifest
from auxiliary.data.processed_paths import conversions


def clean_table(overview: pd.DataFrame, raw: str | Path, processed: str | Path) -> pd.DataFrame:
    """Join the manifest of processed images with the overview, and number the categories. No image is opened.

    Args:
        overview: what `preprocess_images(overview, raw, processed)` returned.
        raw: the folder that was catalogued.
        processed: the folder that `preprocess_images` filled.

    Returns:
        One row per processed image, sorted by relative path: the columns of `catalogue`, all about the processed file;
        phash (16 hexadecimal digits) and thumbnail (base64), "" for images of 64 pixels or fewer; label (int64): the
        category's place among all categories in alphabetical order, from 0.

    Raises:
        UserError: the overview holds no usable image, or one that was not processed.
    """
    raw, processed = absolute(raw), absolute(processed)
    usable = overview[overview["error"] == ""]
    wanted = conversions(usable, raw)
    images = read_manifest(processed)[1]
    for source, source_hash, path in wanted:
        if path not in images or images[path].source_hash != source_hash:
            raise UserError(f"{source} has no processed image below {processed}: notebook 01 makes it "
                            "(python -m auxiliary run PROFILE --only 01)")
    df = pd.DataFrame([images[path] for _, _, path in wanted])
    if df.empty:
        raise UserError(f"{raw} holds no usable images: put images there, in one folder per category")
    df = df.assign(
        filepath=beginning(processed) + df["path"],
        category=usable["category"].to_numpy(),
        format=[PurePath(path).suffix.removeprefix(".") for path in df["path"]],
        mode="RGB", channels=3, error="",
        publisher_split=usable["publisher_split"].to_numpy(),
        label=LabelEncoder().fit_transform(usable["category"]),
    ).sort_values("path", key=lambda paths: paths.str.replace(os.sep, "\0"), ignore_index=True)
    types = COLUMNS | {"phash": "str", "thumbnail": "str", "label": "int64"}
    return df[list(types)].astype(types)
