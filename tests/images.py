"""Images of tests: smooth ones, as files, and the table of those that were never preprocessed."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.data.catalogue import catalogue


def soft(width: int, height: int) -> Image.Image:
    """An RGB image of soft blobs, which is nearly the same when it is made smaller."""
    coarse = np.random.default_rng(0).integers(0, 256, (6, 6, 3), "uint8")
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file of an image; `options` as for Pillow's `save`."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def clean_table_of(folder: Path) -> pd.DataFrame:
    """The table that `clean_table` would give if the usable images of a folder were processed ones without a hash."""
    overview = catalogue(folder)
    usable = overview[overview["error"] == ""].reset_index(drop=True)
    return usable.assign(phash="", thumbnail="", label=pd.factorize(usable["category"], sort=True)[0].astype("int64"))
