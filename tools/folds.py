"""Folds that keep near-duplicates together, and predictions for images that a regression was not fitted to."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from auxiliary.core.errors import UserError
from auxiliary.core.progress import track
from auxiliary.training.regression import STRENGTHS, Head, Labelled, choose_strength

FOLDS = 5
SEED = 0    # of the assignment of images to folds
# All eleven take twice as long, and no fold of `flowers` chose another one.
TRIED = tuple(strength for strength in STRENGTHS if 0.003 <= strength <= 1)


class Tested(NamedTuple):
    """Predictions for images, each by a regression that was fitted to the other folds.

    Attributes:
        predicted: (N,) int64, the predicted labels.
        strengths: the strength that was chosen for each fold.
    """

    predicted: np.ndarray
    strengths: list[float]


def check_classes(images: pd.DataFrame) -> None:
    """Refuse images with `category` and `group` where a class would be missing in a fold, by a `UserError`."""
    different = images.groupby("category")["group"].nunique()
    if (smallest := different.min()) < FOLDS:
        raise UserError(f"{different.idxmin()} has {smallest:,} different images, and each of {FOLDS:,} folds needs "
                        "one: add images of it")


def fold_of(labels: np.ndarray, groups: np.ndarray, folds: int = FOLDS) -> np.ndarray:
    """The number of each image's fold, (N,) int64 from 0; all folds have about the same shares of the classes.

    Args:
        labels: (N,) integers; every class has at least `FOLDS` groups, see `check_classes`.
        groups: (N,) integers, the same for near-duplicates, which get the same fold.
        folds: how many there are.
    """
    fold = np.empty(len(labels), "int64")
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED).split(labels, labels, groups)
    for number, (_, held_out) in enumerate(splits):
        fold[held_out] = number
    return fold


def predict_held_out(images: Labelled, groups: np.ndarray, fold: np.ndarray, title: str) -> Tested:
    """Predict each fold by a regression fitted to the others, which alone choose its strength.

    Args:
        images: all images.
        groups: as for `fold_of`.
        fold: what `fold_of` returned for them.
        title: text of the progress bar.
    """
    predicted, strengths = np.empty_like(images.labels), []
    numbers = np.unique(fold)
    for number in track(numbers, title, len(numbers), "fold"):
        held_out = fold == number
        strength = _chosen(_part(images, ~held_out), groups[~held_out], len(numbers) - 1)
        # Fitted once more, to the images too that chose the strength.
        known = _part(images, ~held_out)
        head, _ = choose_strength(known, known, [strength])
        predicted[held_out] = predict(head, images.features[held_out])
        strengths.append(strength)
    return Tested(predicted, strengths)


def predict(head: Head, features: np.ndarray) -> np.ndarray:
    """The labels, (N,) int64, that a head predicts for features, (N, channels)."""
    return (features @ head.kernel + head.bias).argmax(axis=1)


def _chosen(images: Labelled, groups: np.ndarray, folds: int) -> float:
    """The strength of the lowest loss on one of so many folds, fitted to the others."""
    validation = fold_of(images.labels, groups, folds) == 0
    _, tried = choose_strength(_part(images, ~validation), _part(images, validation), TRIED)
    return float(tried.loc[tried["chosen"], "C"].item())


def _part(images: Labelled, chosen: np.ndarray) -> Labelled:
    return Labelled(*(each[chosen] for each in images))
