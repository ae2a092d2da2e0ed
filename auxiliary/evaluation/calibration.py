"""Whether a model is as often right as it is sure."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from auxiliary.core.errors import UserError
from auxiliary.evaluation.predictions import PROBABILITY, classes


def expected_calibration_error(predictions: pd.DataFrame, bins: int = 15) -> float:
    """How far confidence is from accuracy: 0 where of all predictions made with confidence c the share c is right.

    Images are sorted by the confidence of their predicted class into bins of equal width, each without its lower and
    with its upper end. It is the mean distance between a bin's accuracy and mean confidence, weighted by its images.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    https://arxiv.org/abs/1706.04599, equation 3.

    Args:
        predictions: a row an image, with `category`, `predicted` and `confidence` (0 to 1).
        bins: how many bins there are from 0 to 1.

    Returns:
        0 to 1.

    Raises:
        UserError: when there are no images.
    """
    if predictions.empty:
        raise UserError("no predictions have no calibration error: give at least one image")
    table = confidence_bins(predictions, bins)
    # A bin's distance times its images is the distance of two sums.
    return float((table["confidence_sum"] - table["right"]).abs().sum() / len(predictions))


def confidence_bins(predictions: pd.DataFrame, bins: int = 15) -> pd.DataFrame:
    """The predictions by how sure they are: bins of equal width, each without its lower and with its upper end.

    Args:
        predictions: a row an image, with `category`, `predicted` and `confidence` (0 to 1).
        bins: how many bins there are from 0 to 1.

    Returns:
        A row a bin, lowest first: how many `images` it holds, the sum of their confidences, `confidence_sum`, and how
        many of them are `right`.
    """
    confidence = predictions["confidence"].to_numpy(np.float64)
    right = (predictions["category"] == predictions["predicted"]).to_numpy()
    number = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return pd.DataFrame({
        "images": np.bincount(number, minlength=bins),
        "confidence_sum": np.bincount(number, weights=confidence, minlength=bins),
        "right": np.bincount(number, weights=right, minlength=bins)})


LOWEST, HIGHEST = 0.05, 20.0    # far beyond what networks need
LEAST = 1e-30                   # a probability that was rounded to 0 has no logarithm


def fit_temperature(predictions: pd.DataFrame) -> float:
    """The temperature under which what a network says of validation images has the smallest mean cross-entropy.

    Args:
        predictions: a row an image, with `category` and a column `p:<category>` a class.

    Returns:
        0.05 to 20: above 1 where the network is too sure of itself, below 1 where it could be surer. 1 where it is
        always right: any lower temperature would then fit better still, and nothing be learned from that.

    Raises:
        UserError: when there are no images.
    """
    if predictions.empty:
        raise UserError("no predictions have no temperature: give at least one image")
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
