"""The check of an export on original files: its predictions for them against those of `predict`."""

from collections.abc import Collection, Sequence
from pathlib import Path

import keras
import numpy as np

from auxiliary.data.reading.decode import open_rgb
from auxiliary.data.tables import spread
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.export.check import ExportPredictions, predict_with_export
from auxiliary.deploy.export.originals import read_originals
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.preprocess import network_pixels
from auxiliary.evaluation.calibration import tempered
from auxiliary.runs.labels import averaged_views

IMAGES = 20     # at most: each may take 50 MB on the disk
# Probabilities that differ by more deserve a reason.
CLOSE = 0.02
REASON = ("`predict` reduces images whose sides are several times the network's while it decodes them; the export "
          "resizes whole images")


def compare_originals(predictor: Predictor, network: keras.Model, temperature: float, form: str, path: Path,
                      files: Sequence[str], folders: Collection[Path]) -> str:
    """Predict original files as `predict` does and as other programs do with an export, and say how far both differ.

    Other programs give the export the whole upright RGB image, which is resized inside. Where `predict` averages over
    views, the export is compared with the run's network for the image alone as well, which shows what the reading of
    the files changes.

    Args:
        predictor: of the run.
        network: its network in float32, see `plain_network`.
        temperature: that of the export.
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
    reference = tempered(network.predict(pixels, BATCH, verbose=0), temperature)
    whole = (np.asarray(open_rgb(data, span=predictor.span)) for data in originals)
    exported = predict_with_export(form, path, whole)
    views = averaged_views(predictor.result.tta)
    other = "the run's network for the image alone, read as by `predict`," if views else "`predict`"
    sentence = ("original images: the export, given whole images, predicts the class of "
                f"{_agreement(exported, other, reference)}")
    if abs(exported.probabilities - reference).max() > CLOSE:
        sentence += f": {REASON}"
    if views:
        mean = predictor.probabilities(pixels)
        sentence += f"\nit predicts the class of {_agreement(exported, f'`predict` ({views})', mean)}"
    return sentence


def _agreement(exported: ExportPredictions, other: str, reference: np.ndarray) -> str:
    """For how many images an export names the class of something else, and how far their probabilities differ."""
    count, difference = len(reference), abs(exported.probabilities - reference).max()
    return (f"{other} for {count - exported.count_differing(reference)} of {count:,} test images; probabilities differ "
            f"by at most {difference:.1g}")
