"""Files of cached features: their names and their reading, without TensorFlow."""

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
    """One augmented version of all images, of which features are computed.

    Attributes:
        augment: the spec of the augmentations.
        seed: the run's seed.
        number: number of the view within the run, from 0.
    """

    augment: str
    seed: int
    number: int


def feature_file(
    folder: Path, experiment: TransferExperiment, weights: str, df: pd.DataFrame, view: View | None = None
) -> Path:
    """The file of the cached features of some images, whether it exists or not.

    Args:
        folder: the folder of all cached features of a data set.
        experiment: its backbone and image size are in the file's name.
        weights: fingerprint of the backbone's weights, which a parent may have tuned.
        df: the images, in the order of the features.
        view: how the images are augmented, if they are.
    """
    version = f"{PIPELINE}-{weights}-{images_fingerprint(df)}" + (f"-{digest(repr(view))}" if view else "")
    return folder / f"{experiment.backbone}-{experiment.image_size}-{version}.npy"


def each_once(df: pd.DataFrame) -> pd.DataFrame:
    """Each image of a table once, in the order of cached features.

    Sampling may draw an image several times. The images are sorted, so that the same images have the same file however
    they were drawn.
    """
    return df.drop_duplicates("filepath").sort_values("filepath")


def images_of(experiment: TransferExperiment, project: Project) -> dict[str, pd.DataFrame]:
    """The images of each split of which a frozen experiment has features; `sampling` may leave out training images."""
    tables = sampled(experiment, project.train), project.val, project.test
    return {split: each_once(df) for split, df in zip(SPLITS, tables, strict=True)}


def read_features(path: Path, images: int) -> np.ndarray | None:
    """The features in a file, (images, channels) float32; None where the file is missing, damaged or incomplete."""
    try:
        features = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    return features if features.shape[:1] == (images,) and features.dtype == "float32" else None
