"""How sure a network is of a class, as log-odds, which still differ where the probability is rounded to 1."""

import numpy as np
from scipy.special import log_softmax, logsumexp

from auxiliary.data.views import View
from auxiliary.deploy.batch import batches_of
from auxiliary.deploy.network_features import final_weights, split_features
from auxiliary.deploy.predictor import Network, Predictor
from auxiliary.evaluation.seen_images import seen_images
from auxiliary.networks.inference import predict_batches


def log_odds(predictor: Predictor, images: np.ndarray, label: int) -> np.ndarray:
    """The logarithm of p / (1 - p), p being the calibrated probability of a class for each image, without views.

    It is computed in float64 from the score of each class before softmax. Probabilities would not do: in float32 the
    nearest ones to 1 are 6e-8 apart.

    Args:
        predictor: the network, or those of an ensemble, whose probability is the mean of theirs.
        images: (N, S, S, 3) uint8 from `network_pixels`.
        label: that of the class.

    Returns:
        (N,) float64, 0 where p is 1/2.
    """
    # The number of networks, by which the sum would be divided, would be subtracted twice below.
    logs = logsumexp([_log_probabilities(network, images) for network in predictor.networks], axis=0)
    logs = logs / predictor.temperature
    return logs[:, label] - logsumexp(np.delete(logs, label, axis=1), axis=1)


def _log_probabilities(network: Network, images: np.ndarray) -> np.ndarray:
    """The logarithm of the probability of each class, (N, classes) float64, not calibrated."""
    kernel, bias = (weights.astype("float64") for weights in final_weights(network.model))
    seen = ((seen_images(batch, View(), network.result), None) for batch in batches_of(images))
    outputs = np.concatenate(list(predict_batches(network.predict, seen)))
    return log_softmax(split_features(outputs, network.model)[1] @ kernel + bias, axis=1)
