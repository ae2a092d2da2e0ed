"""The check of the score in an export against the detector of the run."""

import keras
import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.export.check import ExportPredictions
from auxiliary.deploy.network_features import split_features, with_features
from auxiliary.evaluation.limit import UNLIKE
from auxiliary.evaluation.out_of_distribution import Detector

# Scores that differ by more are not those of the run; those of validation images spread over some 1.
CLOSE = 0.05


def check_score(network: keras.Model, detector: Detector | None, pixels: np.ndarray,
                exported: ExportPredictions) -> str:
    """Compare the scores of an export with those of the run, and describe the output in a sentence.

    Args:
        network: the run's network in float32, see `plain_network`.
        detector: that of the run; None where it has none, and so the export has no score.
        pixels: (N, S, S, 3) uint8 in RGB.
        exported: the predictions of the export for them.

    Returns:
        The sentence; empty without a detector.

    Raises:
        UserError: the scores differ.
    """
    if detector is None:
        return ""
    _, features = split_features(with_features(network).predict(pixels, BATCH, verbose=0), network)
    difference = abs(exported.scores - detector.scores(features)).max()
    if not difference <= CLOSE:
        raise UserError(f"the export was discarded: {exported.runtime} gives scores that differ from the run's by up "
                        f"to {difference:.1g}; choose another format, and report this")
    return (f"output: `score`, float32, (N,): above 1 the image is {UNLIKE}, as are 5% of the validation images; "
            f"the run's scores differ from these by at most {difference:.1g}")
