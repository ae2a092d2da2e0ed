"""The check of an export on original files: its predictions for them against those of `predict`."""

from collections.abc import Collection, Sequence
from pathlib import Path

import keras
import numpy as np

from auxiliary.data.reading.decode import open_rgb
from auxiliary.data.tables import spread
from auxiliary.deploy.export.check import predict_with_export
from auxiliary.deploy.export.originals import read_originals
from auxiliary.deploy.predictor import BATCH, Predictor
from auxiliary.deploy.preprocess import network_pixels
from auxiliary.evaluation.calibration import tempered

IMAGES = 20     # at most: each may take 50 MB on the disk
# Probabilities that differ by more deserve a reason.
CLOSE = 0.02
REASON = ("`predict` reduces images whose sides are several times the network's while it decodes them; the export "
          "resizes whole images")


def compare_originals(predictor: Predictor, network: keras.Model, form: str, path: Path, files: Sequence[str],
                      folders: Collection[Path]) -> str:
    """Predict original files as `predict` does and as other programs do with an export, and say how far both differ.

    Other programs give the export the whole upright RGB image, which is resized inside.

    Args:
        predictor: of the run.
        network: its network in float32, see `plain_network`.
        form: name of the format.
        path: the exported file or folder.
        files: processed images of the run's test, which are there.
        folders: see `read_originals`.

    Returns:
        The outcome in a sentence.

    Raises:
        UserError: the runtime of the format fails.
    """
    chosen = [files[place] for place in spread(len(files), IMAGES)] if files else []
    originals = read_originals(chosen, folders)
    if not originals:
        return "original images: not compared, because those of the run's test images are missing or were changed"
    pixels = np.stack([network_pixels(data, network.input_shape[1], predictor.span) for data in originals])
    reference = tempered(network.predict(pixels, BATCH, verbose=0), predictor.temperature)
    whole = (np.asarray(open_rgb(data, span=predictor.span)) for data in originals)
    exported = predict_with_export(form, path, whole)
    same, difference = len(originals) - exported.count_differing(reference), abs(exported.probabilities - reference)
    sentence = (f"original images: the export, given whole images, predicts the class of `predict` for {same} of "
                f"{len(originals):,} test images; probabilities differ by at most {difference.max():.1g}")
    return sentence if difference.max() <= CLOSE else f"{sentence}: {REASON}"
