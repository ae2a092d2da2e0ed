"""Files of cached features: their names and their reading, without TensorFlow."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from auxiliary.config.profile import JOINED, TransferExperiment
from auxiliary.core.files import write_atomically
from auxiliary.core.progress import notify
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.sampling import sampled
from auxiliary.data.splitting.split_record import SPLITS
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
    return folder / f"{experiment.backbone}-{experiment.image_size}-{version}.npz"


def feature_files(folder: Path, experiment: TransferExperiment, weights: str, df: pd.DataFrame) -> list[Path]:
    """The files of the cached features of an experiment's backbones, one each; `weights` is as in a run's recipe."""
    return [feature_file(folder, experiment.model_copy(update={"backbone": name}), each, df)
            for name, each in zip(experiment.backbones, weights.split(JOINED), strict=False)]


def read_joined(paths: Sequence[Path], images: int) -> np.ndarray | None:
    """The features of several files side by side; None where one of them cannot be used, as in `read_features`."""
    found = [read_features(path, images) for path in paths]
    return None if any(each is None for each in found) else np.concatenate(found, axis=1)


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


def save_features(path: Path, features: np.ndarray) -> None:
    """Write the features of some images, (images, channels) float32, with a checksum and their own name."""
    buffer = io.BytesIO()
    np.savez(buffer, features=features, name=np.array(path.name), checksum=np.array(_checksum(features)))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, buffer.getvalue())


def read_features(path: Path, images: int) -> np.ndarray | None:
    """The features in a file, (images, channels) float32.

    None where there is no file, and, with a printed sentence, where it is damaged or holds those of other images.
    """
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            features, name, checksum = (arrays[each] for each in ("features", "name", "checksum"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        return _unusable(path, str(error))
    if str(name) != path.name or features.dtype != "float32" or features.shape[:1] != (images,):
        return _unusable(path, "it holds those of other images")
    return features if str(checksum) == _checksum(features) else _unusable(path, "its checksum is another")


def _checksum(features: np.ndarray) -> str:
    return content_hash(np.ascontiguousarray(features).reshape(-1).data.cast("B"))


def _unusable(path: Path, reason: str) -> None:
    notify(f"the cached features {path} cannot be used ({reason}), and are computed anew where they are needed")
