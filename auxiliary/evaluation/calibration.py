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
    confidence = predictions["confidence"].to_numpy(np.float64)
    right = (predictions["category"] == predictions["predicted"]).to_numpy()
    number = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    # A bin's distance times its pictures is the distance of two sums.
    distances = np.bincount(number, weights=confidence) - np.bincount(number, weights=right)
    return float(np.abs(distances).sum() / len(predictions))
