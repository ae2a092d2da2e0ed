"""The files in which features of pictures are kept, found and read without TensorFlow."""

from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.config.profile import TransferRow
from auxiliary.data.fingerprint import pictures_fingerprint
from auxiliary.data.parts import PARTS
from auxiliary.data.sample import sampled
from auxiliary.lab import Lab
from auxiliary.training.pipeline import PIPELINE


def feature_file(folder: Path, row: TransferRow, weights: str, df: pd.DataFrame) -> Path:
    """Where the pooled features of pictures are kept, whether they have been computed or not.

    Args:
        folder: of all features of a data set.
        row: whose backbone and picture size it is.
        weights: the fingerprint of the backbone's weights, which a parent may have tuned.
        df: the pictures, in the order of the features.
    """
    return folder / f"{row.backbone}-{row.image_size}-{PIPELINE}-{weights}-{pictures_fingerprint(df)}.npy"


def each_once(df: pd.DataFrame) -> pd.DataFrame:
    """The pictures of a table that may hold some several times, in the order in which features are kept.

    Sorted, so that features are found again whatever drew the table, and in whatever order.
    """
    return df.drop_duplicates("filepath").sort_values("filepath")


def pictures_of(row: TransferRow, lab: Lab) -> dict[str, pd.DataFrame]:
    """The pictures of each part that a run of a frozen row looks at; `sampling` may leave out some of training."""
    parts = sampled(row, lab.train), lab.val, lab.test
    return {part: each_once(df) for part, df in zip(PARTS, parts, strict=True)}


def read_features(files: list[Path]) -> np.ndarray:
    """The features kept in some files, one after the other: (pictures, channels) float32."""
    return np.concatenate([np.load(file) for file in files])
