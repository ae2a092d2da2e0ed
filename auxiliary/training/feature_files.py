"""The files of cached features: their names, and the images that they are of; without TensorFlow."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from auxiliary.config.transfer import JOINED, TransferExperiment
from auxiliary.data.sampling import sampled
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.data.tables import contents_fingerprint, digest
from auxiliary.networks.hub_names import file_stem
from auxiliary.project.project import Project
from auxiliary.training.identity import PIPELINE

# Images whose features have a file of their own: a killed run loses no more than these. A multiple of the batches that
# features are computed in, so that these hold the same images with and without parts.
PART = 4096
# Of a split's images, at least, that an experiment draws where label fixes let features of the whole split be computed.
SHARE = 0.5


class View(NamedTuple):
    """One augmented version of all images, of which features are computed.

    Attributes:
        augment: the spec of the augmentations.
        seed: the run's seed.
        number: number of the view within the run, from 0.
        first: of a part of a table, the place of its first image in the table: augmentation depends on places.
    """

    augment: str
    seed: int
    number: int
    first: int = 0

    @property
    def fingerprint(self) -> str:
        """Fingerprint of all fields."""
        whole = f"View(augment={self.augment!r}, seed={self.seed!r}, number={self.number!r})"
        return digest(f"{whole} from {self.first}" if self.first else whole)


class Part(NamedTuple):
    """Some images whose features have a file of their own.

    Attributes:
        df: the images, in the order of the features.
        view: how they are augmented, if they are.
    """

    df: pd.DataFrame
    view: View | None


def parts_of(df: pd.DataFrame, view: View | None = None) -> list[Part]:
    """The parts of a table whose features have a file each, in order; one where the table is small.

    Args:
        df: the images, in the order of the features.
        view: how they are augmented, if they are.
    """
    return [Part(df.iloc[start:start + PART], view and view._replace(first=view.first + start))
            for start in range(0, max(len(df), 1), PART)]


def feature_file(
    folder: Path, experiment: TransferExperiment, weights: str, df: pd.DataFrame, view: View | None = None,
    layer: str = "",
) -> Path:
    """The file of the cached features of one of the `parts_of` a table, whether it exists or not.

    Args:
        folder: the folder of all cached features of a data set.
        experiment: its backbone and image size are in the file's name.
        weights: fingerprint of the weights that compute them, which a parent may have tuned.
        df: the images, in the order of the features.
        view: how the images are augmented, if they are.
        layer: the backbone's layer whose outputs they are; empty for pooled features of the last one.
    """
    version = f"{PIPELINE}-{weights}-{contents_fingerprint(df)}" + (f"-{view.fingerprint}" if view else "")
    at = f"-{layer}" if layer else ""
    return folder / f"{file_stem(experiment.backbone)}{at}-{experiment.image_size}-{version}.features"


def feature_files(folder: Path, experiment: TransferExperiment, weights: str, df: pd.DataFrame) -> list[list[Path]]:
    """The files of the cached features of some images: those of each backbone of an experiment, one per part.

    Arguments as in `feature_file`, but `weights` is as in a run's recipe.
    """
    alone = [experiment.model_copy(update={"backbone": name}) for name in experiment.backbones]
    return [[feature_file(folder, each, own, *part) for part in parts_of(df)]
            for each, own in zip(alone, weights.split(JOINED), strict=False)]


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


def together_with(df: pd.DataFrame, project: Project) -> pd.DataFrame:
    """The images whose features are computed together with those of a table, and these, in the order of features.

    The last digits of features depend on the images that are computed together. With label fixes these are the whole
    splits, so that features do not depend on what the fixes say: on which images are left out, and on which ones
    `sampling` draws, which follows the labels. But no split is computed of which the table has less than `SHARE`.

    Args:
        df: training, validation or test images, or those of several splits.
        project: the opened profile.
    """
    whole = [images for images in project.before_fixes.values()
             if images["filepath"].isin(df["filepath"]).mean() >= SHARE]
    return each_once(pd.concat([df, *whole]))


def computed_together(experiment: TransferExperiment, project: Project) -> dict[str, pd.DataFrame]:
    """For each split the images `together_with` those that `images_of` gives."""
    return {split: together_with(df, project) for split, df in images_of(experiment, project).items()}
