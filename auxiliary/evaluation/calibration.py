"""Calibration: how far a model's confidence is from its accuracy, and the temperature that corrects it."""

import math

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from auxiliary.core.errors import UserError
from auxiliary.evaluation.predictions import PROBABILITY, classes


def expected_calibration_error(predictions: pd.DataFrame, bins: int = 15) -> float:
    """The expected calibration error: 0 if a share c of all predictions made with confidence c is correct.

    Images are put into bins of equal width by the confidence of their predicted class, as in `confidence_bins`. The
    error is the mean distance between a bin's accuracy and its mean confidence, weighted by its number of images.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    https://arxiv.org/abs/1706.04599, equation 3.

    Args:
        predictions: one row per image, with `category`, `predicted` and `confidence` (0 to 1).
        bins: number of bins from 0 to 1.

    Returns:
        0 to 1; NaN where a confidence is.

    Raises:
        UserError: when there are no images.
    """
    if predictions.empty:
        raise UserError("without predictions there is no calibration error: give at least one image")
    if predictions["confidence"].isna().any():
        return math.nan
    table = confidence_bins(predictions, bins)
    # A bin's distance times its number of images is the distance of two sums.
    return float((table["confidence_sum"] - table["correct"]).abs().sum() / len(predictions))


def confidence_bins(predictions: pd.DataFrame, bins: int = 15) -> pd.DataFrame:
    """Predictions by confidence, in bins of equal width that include their upper end.

    Args:
        predictions: one row per image, with `category`, `predicted` and `confidence` (0 to 1).
        bins: number of bins from 0 to 1.

    Returns:
        One row per bin, lowest first: the number of `images`, the sum of their confidences (`confidence_sum`) and the
        number of correct predictions (`correct`).
    """
    confidence = predictions["confidence"].to_numpy(np.float64)
    correct = (predictions["category"] == predictions["predicted"]).to_numpy()
    number = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return pd.DataFrame({
        "images": np.bincount(number, minlength=bins),
        "confidence_sum": np.bincount(number, weights=confidence, minlength=bins),
        "correct": np.bincount(number, weights=correct, minlength=bins)})


def merged_bins(predictions: pd.DataFrame, bins: int = 15, least: int = 10) -> pd.DataFrame:
    """Bins as `confidence_bins` makes them, those with few images merged: their accuracy would be luck.

    Args:
        predictions: one row per image, with `category`, `predicted` and `confidence` (0 to 1).
        bins: number of bins from 0 to 1, before any is merged.
        least: number of images below which a bin is merged with the next one, the last with the one before.

    Returns:
        One row per bin, lowest first, with the columns of `confidence_bins`. Each has at least `least` images; if there
        are fewer in all, one bin holds them.
    """
    table = confidence_bins(predictions, bins)
    return table.groupby(_merged(table["images"], least)).sum()


def _merged(images: pd.Series, least: int) -> np.ndarray:
    """For each bin the number of the merged one that it becomes part of."""
    numbers, number, held = [], 0, 0
    for count in images:
        numbers.append(number)
        held += count
        if held >= least:
            number, held = number + 1, 0
    return np.minimum(numbers, max(number - 1, 0))


LOWEST, HIGHEST = 0.05, 20.0    # temperatures far beyond those of trained networks
SMALLEST = 1e-30                # replaces a probability rounded to 0, which has no logarithm


def fit_temperature(predictions: pd.DataFrame) -> float:
    """The temperature that minimises the mean cross-entropy of predictions for validation images.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    https://arxiv.org/abs/1706.04599, section 4.2.

    Args:
        predictions: one row per image, with `category` and one column `p:<category>` per class.

    Returns:
        0.05 to 20: above 1 if the network is overconfident, below 1 if it is underconfident. 1 if all predictions are
        correct: the loss would then fall with the temperature without end.

    Raises:
        UserError: when there are no images.
    """
    if predictions.empty:
        raise UserError("without predictions there is no temperature: give at least one image")
    names = classes(predictions)
    logits = _logits(predictions[[PROBABILITY + name for name in names]].to_numpy(np.float64))
    labels = pd.Index(names).get_indexer(predictions["category"])
    if (logits.argmax(axis=1) == labels).all():
        return 1.0

    def loss(log_temperature: float) -> float:
        return -log_softmax(logits / np.exp(log_temperature), axis=1)[np.arange(len(logits)), labels].mean()

    # The loss has a single minimum in 1 / T, and so in its logarithm.
    return float(np.exp(minimize_scalar(loss, bounds=np.log([LOWEST, HIGHEST]), method="bounded").x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities, (N, classes), at a temperature: softmax(log p / T). The order of the classes stays."""
    return softmax(_logits(np.asarray(probabilities, np.float64)) / temperature, axis=1)


def at_temperature(predictions: pd.DataFrame, temperature: float) -> pd.DataFrame:
    """A predictions frame with its probabilities and confidences at a temperature."""
    columns = [PROBABILITY + name for name in classes(predictions)]
    probabilities = tempered(predictions[columns].to_numpy(), temperature)
    others = predictions.drop(columns=columns).assign(confidence=probabilities.max(axis=1))
    return pd.concat([others, pd.DataFrame(probabilities, predictions.index, columns)], axis=1)


def _logits(probabilities: np.ndarray) -> np.ndarray:
    # The logits, up to a constant that all classes share and softmax removes.
    return np.log(np.maximum(probabilities, SMALLEST))
