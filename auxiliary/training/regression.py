"""A final layer fitted by logistic regression, whose strength of regularisation other images choose."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

# Scikit-learn's C, which multiplies the sum of the images' losses: the smaller, the stronger is the penalty.
STRENGTHS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
# The largest gradient of the mean loss at the end. With 1e-6 probabilities may be 1e-4 from those of the optimum.
TOLERANCE = 1e-8
ITERATIONS = 10_000


class Labelled(NamedTuple):
    """Images as a regression takes them.

    Attributes:
        features: (N, channels) float32.
        labels: (N,) int64, from 0; every class has images.
    """

    features: np.ndarray
    labels: np.ndarray


class Head(NamedTuple):
    """The weights of the final layer: probabilities are softmax(features @ kernel + bias).

    Attributes:
        kernel: (channels, classes) float64.
        bias: (classes,) float64.
    """

    kernel: np.ndarray
    bias: np.ndarray


# One thread: the same figures with any number of processors. Where other programs run, more are many times slower.
@threadpool_limits.wrap(limits=1)
def choose_strength(train: Labelled, val: Labelled, strengths: Iterable[float],
                    weights: Mapping[int, float] | None = None,
                    tolerance: float = TOLERANCE) -> tuple[Head, pd.DataFrame]:
    """Fit a multinomial logistic regression with an L2 penalty of each strength, and choose the best on validation.

    Features are standardised by the mean and the deviation of the training images. The head does that by its weights.

    Args:
        train: the training images.
        val: the validation images.
        strengths: values of C, the strongest penalty first.
        weights: how much an image of each class counts, by label; None where all count alike.
        tolerance: the largest gradient of the mean loss at the end.

    Returns:
        The head with the lowest validation loss, and a table with one row per strength: `C`, `accuracy` and `loss`
        (nats, without the penalty) on the training images, `val_accuracy`, `val_loss`, and whether it was `chosen`.
        Features that are no finite numbers give a head of NaN, which counts as diverged, and an empty table.
    """
    columns = ["C", "accuracy", "loss", "val_accuracy", "val_loss", "chosen"]
    if not np.isfinite(train.features).all():
        channels, classes = train.features.shape[1], len(np.unique(train.labels))
        return Head(np.full((channels, classes), np.nan), np.full(classes, np.nan)), pd.DataFrame(columns=columns)
    scaler = StandardScaler()
    known = Labelled(scaler.fit_transform(train.features.astype("float64")), train.labels)
    unknown = Labelled(scaler.transform(val.features.astype("float64")), val.labels)
    # Each strength goes on from the weights of the one before.
    regression = LogisticRegression(tol=tolerance, max_iter=ITERATIONS, warm_start=True, class_weight=weights)
    heads, rows = [], []
    for strength in strengths:
        regression.set_params(C=strength).fit(*known)
        heads.append(_as_head(regression, scaler))
        rows.append((strength, *_figures(regression, known), *_figures(regression, unknown)))
    table = pd.DataFrame(rows, columns=columns[:-1])
    best = int(table["val_loss"].argmin())
    return heads[best], table.assign(chosen=table.index == best)


def _figures(regression: LogisticRegression, images: Labelled) -> tuple[float, float]:
    """The accuracy, and the mean cross-entropy."""
    probabilities = regression.predict_proba(images.features)
    accuracy = float((probabilities.argmax(axis=1) == images.labels).mean())
    return accuracy, float(log_loss(images.labels, probabilities, labels=regression.classes_))


def _as_head(regression: LogisticRegression, scaler: StandardScaler) -> Head:
    """The weights for features that are not standardised."""
    weights, shifts = regression.coef_, regression.intercept_
    if len(weights) == 1:
        # Of two classes scikit-learn has the difference. In halves, each class has evidence of its own for Grad-CAM.
        weights, shifts = np.concatenate([-weights, weights]) / 2, np.concatenate([-shifts, shifts]) / 2
    kernel = (weights / scaler.scale_).T
    return Head(kernel, shifts - scaler.mean_ @ kernel)
