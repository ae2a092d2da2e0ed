"""Probabilities that are as sure as they are right: one number, the temperature, fitted on validation data.

Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
https://arxiv.org/abs/1706.04599, section 4.2.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from auxiliary.errors import UserError
from auxiliary.evaluation.metrics import PROBABILITY, classes

LOWEST, HIGHEST = 0.05, 20.0    # far beyond what networks need
LEAST = 1e-30                   # a probability that was rounded to 0 has no logarithm


def fit_temperature(predictions: pd.DataFrame) -> float:
    """The temperature under which what a network says of validation pictures has the smallest mean cross-entropy.

    Args:
        predictions: a row a picture, with `category` and a column `p:<category>` a class.

    Returns:
        0.05 to 20: above 1 where the network is too sure of itself, below 1 where it could be surer. 1 where it is
        always right: any lower temperature would then fit better still, and nothing be learned from that.

    Raises:
        UserError: when there are no pictures.
    """
    if predictions.empty:
        raise UserError("no predictions have no temperature: give at least one picture")
    names = classes(predictions)
    logs = _logarithms(predictions[[PROBABILITY + name for name in names]].to_numpy(np.float64))
    labels = pd.Index(names).get_indexer(predictions["category"])
    if (logs.argmax(axis=1) == labels).all():
        return 1.0

    def loss(log_temperature: float) -> float:
        return -log_softmax(logs / np.exp(log_temperature), axis=1)[np.arange(len(logs)), labels].mean()

    # The loss has a single minimum in 1 / T, and so in its logarithm.
    return float(np.exp(minimize_scalar(loss, bounds=np.log([LOWEST, HIGHEST]), method="bounded").x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities, (N, classes), under a temperature: softmax(log p / T); their order stays."""
    return softmax(_logarithms(np.asarray(probabilities, np.float64)) / temperature, axis=1)


def at_temperature(predictions: pd.DataFrame, temperature: float) -> pd.DataFrame:
    """A predictions frame with its probabilities and confidences under a temperature."""
    columns = [PROBABILITY + name for name in classes(predictions)]
    probabilities = tempered(predictions[columns].to_numpy(), temperature)
    return predictions.assign(confidence=probabilities.max(axis=1), **dict(zip(columns, probabilities.T, strict=True)))


def _logarithms(probabilities: np.ndarray) -> np.ndarray:
    # Those before softmax, but for a number that all classes share, which softmax takes away again.
    return np.log(np.maximum(probabilities, LEAST))
