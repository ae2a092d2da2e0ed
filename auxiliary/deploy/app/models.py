"""The networks that the page offers: the finished runs of one data set, loaded at their first prediction."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import printable
from auxiliary.data.decode import open_rgb
from auxiliary.data.deep import Span
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.preprocess import UNSCALED, is_unscaled, network_pixels
from auxiliary.evaluation.grad_cam import feature_layer, grad_cam
from auxiliary.reporting.grad_cam_figure import overlaid
from auxiliary.runs.labels import labelled, ranked
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run

SIDE = 512      # of the heat map, in pixels
CACHED = 3      # networks in memory
NO_EVIDENCE = "Grad-CAM finds no evidence for the first class in this image."
NO_FEATURE_MAPS = "This network has no feature maps, so there is no heat map."


@dataclass(frozen=True)
class Prediction:
    """The prediction of a network for one image.

    Attributes:
        probabilities: calibrated probability of every class, 0 to 1.
        heat_map: (height, width, 3) uint8, the image in grey under the Grad-CAM of the first class; None where the
            network has no feature maps.
        note: sentences on why the heat map is missing or empty, and on how the image was read; otherwise "".
    """

    probabilities: dict[str, float]
    heat_map: np.ndarray | None
    note: str


class Networks:
    """The networks of all finished runs in the folder of a run, best validation accuracy first.

    Args:
        first: the finished run to offer first; it is loaded at once.

    Raises:
        UserError: that run cannot be loaded. Other runs that cannot be read are printed and left out.
    """

    def __init__(self, first: Run) -> None:
        folder = first.folder.parent
        self.first = first.id
        self._load = lru_cache(CACHED)(lambda name: load_predictor(Run(folder / name)))
        self._load(self.first)
        self._results = _readable_results(folder)
        # One thread at a time uses TensorFlow, and `warnings`, with which Pillow's warnings are caught, is global.
        self._lock = Lock()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The label of each network and the folder name of its run; best validation accuracy first."""
        results = ranked(pd.DataFrame([{**result.model_dump(), "folder": name}
                                       for name, result in self._results.items()]))
        labels = [f"{label}, validation accuracy {accuracy:.3f}"
                  for label, accuracy in zip(labelled(results), results["val_accuracy"], strict=True)]
        return list(zip(labels, results["folder"], strict=True))

    def load(self, name: str) -> Predictor:
        """The network of a run, by the name of its folder; the last `CACHED` networks stay in memory.

        Raises:
            UserError: there is no such run, or it cannot be read.
        """
        if name not in self._results:
            raise unknown("network", name, self._results)
        return self._load(name)

    def predict(self, data: bytes, name: str) -> Prediction:
        """Predict the class of an image file's bytes with the network of a run; concurrent calls wait.

        Raises:
            ImageError: the data is not an image, damaged, or absurdly large.
            UserError: as in `load`.
        """
        with self._lock:
            return predict_image(self.load(name), data)


def predict_image(predictor: Predictor, data: bytes) -> Prediction:
    """Predict the class of an image file's bytes.

    Raises:
        ImageError: the data is not an image, damaged, or absurdly large.
    """
    pixels = network_pixels(data, predictor.result.image_size, predictor.span)[None]
    values = predictor.probabilities(pixels)[0]
    probabilities = dict(zip(predictor.categories, values.tolist(), strict=True))
    unscaled = f"{UNSCALED.capitalize()}." if is_unscaled(data, predictor.span) else ""
    if feature_layer(predictor.model) is None:
        return Prediction(probabilities, None, f"{unscaled} {NO_FEATURE_MAPS}".strip())
    heat = grad_cam(predictor.model, pixels, [values.argmax()])[0]
    note = "" if heat.any() else NO_EVIDENCE
    return Prediction(probabilities, heat_map(data, heat, predictor.span), f"{unscaled} {note}".strip())


def heat_map(data: bytes, heat: np.ndarray, span: Span | None = None) -> np.ndarray:
    """The image of a file in grey under `heat`, (h, w) in 0..1, which is stretched over it; `span` as in `open_rgb`.

    Returns:
        (height, width, 3) uint8 with the image's proportions, at most `SIDE` pixels a side; pixels of small images
        become squares.
    """
    image = open_rgb(data, span=span)
    factor = SIDE // max(image.size)
    if factor >= 2:
        image = image.resize((factor * image.width, factor * image.height), Image.Resampling.NEAREST)
    else:
        image.thumbnail((SIDE, SIDE))
    whole_image = slice(None), slice(None)
    return (255 * overlaid(np.asarray(image), heat, whole_image)).round().astype("uint8")


def _readable_results(folder: Path) -> dict[str, Result]:
    """The results of the finished runs in a data set's folder, by the name of their folder."""
    results = {}
    for run in map(Run, sorted(folder.iterdir())):
        try:
            if run.finished and not run.diverged:
                results[run.id] = run.result
        except UserError as error:
            print(printable(f"left out: {error}"))
    return results
