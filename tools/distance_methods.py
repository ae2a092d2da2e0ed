"""Ways to tell that an image is of no class that a network knows; the higher a score, the more unlike it is.

Each takes the training and the validation images of the known classes, and returns the function that scores features.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import log_softmax, logsumexp
from sklearn.covariance import ledoit_wolf

from auxiliary.evaluation.held_out import Method, Split
from auxiliary.evaluation.out_of_distribution import unit_length
from auxiliary.training.held_out_classes import detector_scores, held_out_detector
from auxiliary.training.regression import Labelled, choose_strength
from tools.folds import TRIED

Scores = Callable[[np.ndarray], np.ndarray]


def of_logits(score: Scores) -> Method:
    """A score of the logits of a logistic regression, whose strength the validation images choose.

    Args:
        score: from (N, classes) logits to (N,).
    """
    def fitted(train: Split, val: Split) -> Scores:
        head, _ = choose_strength(Labelled(*train), Labelled(*val), TRIED)
        return lambda features: score(features @ head.kernel + head.bias)
    return fitted


def neighbour(number: int) -> Method:
    """The cosine distance to the n-th nearest training image: Y. Sun et al., https://arxiv.org/abs/2204.06507."""
    def fitted(train: Split, _: Split) -> Scores:
        known = unit_length(train.features).T
        return lambda features: 1 - np.partition(unit_length(features) @ known, -number, axis=1)[:, -number]
    return fitted


def mahalanobis(train: Split, _: Split) -> Scores:
    """The squared distance to the nearest class, with one covariance: K. Lee et al., https://arxiv.org/abs/1807.03888.
    """
    means = np.stack([train.of(label).mean(axis=0, dtype="float64") for label in np.unique(train.labels)])
    covariance, _ = ledoit_wolf(train.features - means[train.labels], assume_centered=True)
    root = np.linalg.cholesky(np.linalg.inv(covariance))
    return lambda features: np.min([(((features - mean) @ root) ** 2).sum(axis=1) for mean in means], axis=0)


def distances_alone(train: Split, val: Split) -> Scores:
    """Both distances of the package's detector, without the energy."""
    detector = held_out_detector(train, val)
    return lambda features: (detector.parts(features) / detector.spreads)[:, :2].sum(axis=1)


OURS = "relative Mahalanobis, residual and energy"
METHODS: Mapping[str, Method] = {
    OURS: detector_scores,
    "relative Mahalanobis and residual": distances_alone,
    "Mahalanobis": mahalanobis,
    "nearest neighbour": neighbour(1),
    "10th neighbour": neighbour(10),
    # W. Liu et al., https://arxiv.org/abs/2010.03759
    "energy": of_logits(lambda logits: -logsumexp(logits, axis=1)),
    # D. Hendrycks et al., https://arxiv.org/abs/1911.11132
    "largest logit": of_logits(lambda logits: -logits.max(axis=1)),
    # D. Hendrycks and K. Gimpel, https://arxiv.org/abs/1610.02136
    "largest probability": of_logits(lambda logits: -log_softmax(logits, axis=1).max(axis=1)),
}
