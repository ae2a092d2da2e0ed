"""The images of all three sets of a project, and their features from the cache that runs use too."""

import numpy as np
import pandas as pd

from auxiliary.config.transfer import TransferExperiment
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.data.tables import spread
from auxiliary.networks.build import build_transfer
from auxiliary.project.project import Project
from auxiliary.training.feature_files import each_once
from auxiliary.training.features import cached_features, extractor_of


def pooled_images(project: Project) -> pd.DataFrame:
    """The images of all sets with their `split`, in an order that does not depend on how they are split."""
    return pd.concat(_parts(project), ignore_index=True).sort_values("filepath", ignore_index=True)


def pooled_features(experiment: TransferExperiment, project: Project) -> np.ndarray:
    """The features of `pooled_images`, (N, channels) float32, computed set by set as a run does."""
    parts = _parts(project)
    extractor = extractor_of(build_transfer(experiment, len(project.categories)))
    features = [np.asarray(cached_features(extractor, experiment, part, project.paths.features)) for part in parts]
    return np.concatenate(features)[pd.concat(parts, ignore_index=True)["filepath"].argsort()]


def split_features(experiment: TransferExperiment, project: Project, most: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The features, (N, channels) float32, and the labels, (N,) int64, of each set; of at most so many images."""
    extractor = extractor_of(build_transfer(experiment, len(project.categories)))
    found = []
    for part in _parts(project):
        some = part.sort_values(["label", "filepath"])
        images = each_once(some.iloc[spread(len(some), most)])
        features = cached_features(extractor, experiment, images, project.paths.features)
        found.append((np.asarray(features), images["label"].to_numpy("int64")))
    return found


def _parts(project: Project) -> list[pd.DataFrame]:
    parts = zip(SPLITS, (project.train, project.val, project.test), strict=True)
    return [each_once(part).assign(split=split) for split, part in parts]
