"""Labels that are likely wrong, found by confident learning. No image is relabelled.

A linear classifier predicts the class of each image from the features of a frozen, pre-trained backbone. These
features are independent of the labels. The predictions are out of fold: the classifier was trained neither on the
image nor on a near-duplicate of it. cleanlab lists the labels that contradict the predictions more than the
classifier's usual mistakes would. Of 5% wrong labels planted in `demo`, in three draws, it finds 85 to 92%, and 83 to
88% of the labels that it lists are planted ones.
"""

import warnings

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits
from tqdm import TqdmWarning

from auxiliary.data.tables import originals

SUSPECTS = 6    # version of the method; raise it when it would list other labels or columns
FOLDS = 5
COMPONENTS = 128    # of the features, at most
COLUMNS = ["original", "category", "suggested", "self_confidence", "confidence", "split", "group", "filepath"]


def suspect_labels(features: np.ndarray, images: pd.DataFrame) -> pd.DataFrame:
    """The labels that the other images contradict, the most suspicious first.

    A class with fewer than five groups of near-duplicates is left out: too few images would remain to learn it from. A
    group of several classes counts for that of its first image.

    Args:
        features: (N, channels) float32, one row per image, computed without knowledge of the labels.
        images: in the same order, with `filepath`, `original`, `category`, `group` (of near-duplicates) and `split`.

    Returns:
        One row per suspect label: `original` (the user's own file), `category` (the label), `suggested` (the predicted
        class), `self_confidence` and `confidence` (probabilities of the label and of the predicted class, 0 to 1),
        `split`, `group`, and `filepath` (the processed image).
    """
    # cleanlab's progress bar, which is not used here, asks notebooks for widgets.
    with warnings.catch_warnings(action="ignore", category=TqdmWarning):
        from cleanlab.filter import find_label_issues

    # The folds take a group for the class of its first image.
    groups = images.drop_duplicates("group")["category"].value_counts()
    judged = images["category"].map(groups).ge(FOLDS).to_numpy()
    features, images = features[judged], images[judged]
    labels, names = pd.factorize(images["category"], sort=True)
    if len(names) < 2:
        return pd.DataFrame(columns=COLUMNS)
    # One thread: the same figures with any number of processors, and no slower for such small tables.
    with threadpool_limits(1):
        probabilities = out_of_fold(features, labels, images["group"].to_numpy())
    found = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence",
                              filter_by="prune_by_noise_rate", n_jobs=1)
    images = images.iloc[found]
    return images.assign(
        original=originals(images),
        suggested=np.asarray(names)[probabilities[found].argmax(axis=1)],
        self_confidence=probabilities[found, labels[found]],
        confidence=probabilities[found].max(axis=1))[COLUMNS].reset_index(drop=True)


def out_of_fold(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Class probabilities of each image by a classifier trained on neither the image nor a near-duplicate of it.

    Args:
        features: (N, channels), one row per image.
        labels: (N,) integers from 0, each with at least five groups.
        groups: (N,) integers, the same for near-duplicates.

    Returns:
        (N, classes) float64 probabilities.
    """
    # The components are computed without labels, so all images may take part.
    components = min(COMPONENTS, len(features) // FOLDS, features.shape[1])
    values = PCA(components, whiten=True, svd_solver="covariance_eigh").fit_transform(features)
    # Regularised enough (C) not to memorise wrong labels; a finer `tol` changes no list noticeably.
    model = LogisticRegression(C=0.01, tol=1e-3, max_iter=1000)
    return cross_val_predict(model, values, labels, cv=_folds(labels, groups), method="predict_proba")


def _folds(labels: np.ndarray, groups: np.ndarray) -> PredefinedSplit:
    """Folds in which near-duplicates stay together, stratified by the first image of each group."""
    # StratifiedGroupKFold does the same, and takes half a minute for 60,000 images.
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    fold = np.empty(len(first), int)
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(first, labels[first])
    for number, (_, held_out) in enumerate(splits):
        fold[held_out] = number
    return PredefinedSplit(fold[group])
