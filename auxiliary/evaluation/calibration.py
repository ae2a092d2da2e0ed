"""Whether a model is as often right as it is sure."""

import numpy as np
import pandas as pd

from auxiliary.errors import UserError


def expected_calibration_error(predictions: pd.DataFrame, bins: int = 15) -> float:
    """How far confidence is from accuracy: 0 where of all predictions made with confidence c the share c is right.

    Pictures are sorted by the confidence of their predicted class into bins of equal width, each without its lower and
    with its upper end. It is the mean distance between a bin's accuracy and mean confidence, weighted by its pictures.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    https://arxiv.org/abs/1706.04599, equation 3.

    Args:
        predictions: a row a picture, with `category`, `predicted` and `confidence` (0 to 1).
        bins: how many bins there are from 0 to 1.

    Returns:
        0 to 1.

    Raises:
        UserError: when there are no pictures.
    """
    if predictions.empty:
        raise UserError("no predictions have no calibration error: give at least one picture")
    table = confidence_bins(predictions, bins)
    # A bin's distance times its pictures is the distance of two sums.
    return float((table["confidence_sum"] - table["right"]).abs().sum() / len(predictions))


def confidence_bins(predictions: pd.DataFrame, bins: int = 15) -> pd.DataFrame:
    """The predictions by how sure they are: bins of equal width, each without its lower and with its upper end.

    Args:
        predictions: a row a picture, with `category`, `predicted` and `confidence` (0 to 1).
        bins: how many bins there are from 0 to 1.

    Returns:
        A row a bin, lowest first: how many `pictures` it holds, the sum of their confidences, `confidence_sum`, and how
        many of them are `right`.
    """
    confidence = predictions["confidence"].to_numpy(np.float64)
    right = (predictions["category"] == predictions["predicted"]).to_numpy()
    number = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    return pd.DataFrame({
        "pictures": np.bincount(number, minlength=bins),
        "confidence_sum": np.bincount(number, weights=confidence, minlength=bins),
        "right": np.bincount(number, weights=right, minlength=bins)})
