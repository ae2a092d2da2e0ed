"""The files in which features of images are kept, found and read without TensorFlow."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from auxiliary.config.profile import TransferExperiment
from auxiliary.data.sampling import sampled
from auxiliary.data.split_files import SPLITS
from auxiliary.data.tables import digest, images_fingerprint
from auxiliary.project.project import Project
from auxiliary.training.identity import PIPELINE


class View(NamedTuple):
    """One of the ways in which images are augmented before features are computed of them.

    Attributes:
        augment: the augmentations, as a line.
        seed: of the run.
        number: which of the run's views it is, from 0.
    """

    augment: str
    seed: int
    number: int


def feature_file(
    folder: Path, experiment: TransferExperiment, weights: str, df: pd.DataFrame, view: View | None = None
) -> Path:
    """Where the pooled features of images are kept, whether they have been computed or not.

    Args:
        folder: of all features of a data set.
        row: whose backbone and image size it is.
        weights: the fingerprint of the backbone's weights, which a parent may have tuned.
        df: the images, in the order of the features.
        view: how the images are augmented, if they are.
    """
    seen = f"-{digest(repr(view))}" if view else ""
    return (
        folder
        / f"{experiment.backbone}-{experiment.image_size}-{PIPELINE}-{weights}-{images_fingerprint(df)}{seen}.npy"
    )


def each_once(df: pd.DataFrame) -> pd.DataFrame:
    """The images of a table that may hold some several times, in the order in which features are kept.

    Sorted, so that features are found again whatever drew the table, and in whatever order.
    """
    return df.drop_duplicates("filepath").sort_values("filepath")


def images_of(experiment: TransferExperiment, project: Project) -> dict[str, pd.DataFrame]:
    """The images of each part that a run of a frozen row looks at; `sampling` may leave out some of training."""
    parts = sampled(experiment, project.train), project.val, project.test
    return {part: each_once(df) for part, df in zip(SPLITS, parts, strict=True)}


def read_features(path: Path, images: int) -> np.ndarray | None:
    """The features kept in a file: (images, channels) float32; None where there are none, or not all of them."""
    try:
        features = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    return features if features.shape[:1] == (images,) and features.dtype == "float32" else None
