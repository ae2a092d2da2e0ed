"""The files in which features of pictures are kept, found and read without TensorFlow."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from auxiliary.config.profile import TransferRow
from auxiliary.data.fingerprint import digest, pictures_fingerprint
from auxiliary.data.parts import PARTS
from auxiliary.data.sample import sampled
from auxiliary.lab import Lab
from auxiliary.training.pipeline import PIPELINE


class View(NamedTuple):
    """One of the ways in which pictures are augmented before features are computed of them.

    Attributes:
        augment: the augmentations, as a line.
        seed: of the run.
        number: which of the run's views it is, from 0.
    """

    augment: str
    seed: int
    number: int


def feature_file(folder: Path, row: TransferRow, weights: str, df: pd.DataFrame, view: View | None = None) -> Path:
    """Where the pooled features of pictures are kept, whether they have been computed or not.

    Args:
        folder: of all features of a data set.
        row: whose backbone and picture size it is.
        weights: the fingerprint of the backbone's weights, which a parent may have tuned.
        df: the pictures, in the order of the features.
        view: how the pictures are augmented, if they are.
    """
    seen = f"-{digest(repr(view))}" if view else ""
    return folder / f"{row.backbone}-{row.image_size}-{PIPELINE}-{weights}-{pictures_fingerprint(df)}{seen}.npy"


def each_once(df: pd.DataFrame) -> pd.DataFrame:
    """The pictures of a table that may hold some several times, in the order in which features are kept.

    Sorted, so that features are found again whatever drew the table, and in whatever order.
    """
    return df.drop_duplicates("filepath").sort_values("filepath")


def pictures_of(row: TransferRow, lab: Lab) -> dict[str, pd.DataFrame]:
    """The pictures of each part that a run of a frozen row looks at; `sampling` may leave out some of training."""
    parts = sampled(row, lab.train), lab.val, lab.test
    return {part: each_once(df) for part, df in zip(PARTS, parts, strict=True)}


def read_features(path: Path, pictures: int) -> np.ndarray | None:
    """The features kept in a file: (pictures, channels) float32; None where there are none, or not all of them."""
    try:
        features = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    return features if features.shape[:1] == (pictures,) and features.dtype == "float32" else None
