"""The networks that the page offers: the finished runs of one data set, loaded when they are first asked."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.core.errors import UserError, unknown
from auxiliary.data.decode import open_rgb
from auxiliary.deploy.predictor import Trained, load_trained
from auxiliary.deploy.preprocess import network_pixels
from auxiliary.evaluation.grad_cam import feature_layer, grad_cam
from auxiliary.reporting.grad_cam_figure import overlaid
from auxiliary.runs.find import read_result
from auxiliary.runs.labels import labelled, ranked
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run

SIDE = 512      # of what is shown, in pixels
NO_PLACE = "No place of the image speaks for the first class."
NO_MAPS = "This network has no feature maps, so nobody can see which places speak for a class."


@dataclass(frozen=True)
class Answer:
    """What a network says of an image.

    Attributes:
        probabilities: of every class, calibrated, 0 to 1.
        shown: (height, width, 3) uint8, the image in grey under what speaks for the likeliest class; None where the
            network has no feature maps.
        remark: what is odd about `shown`; mostly empty.
    """

    probabilities: dict[str, float]
    shown: np.ndarray | None
    remark: str


def ask(trained: Trained, data: bytes) -> Answer:
    """Ask a network about the bytes of an image file.

    Raises:
        ImageError: it is not an image, damaged, or absurdly large.
    """
    pixels = network_pixels(data, trained.result.image_size)[None]
    chances = trained.probabilities(pixels)[0]
    probabilities = dict(zip(trained.categories, chances.tolist(), strict=True))
    if feature_layer(trained.model) is None:
        return Answer(probabilities, None, NO_MAPS)
    heat = grad_cam(trained.model, pixels, [chances.argmax()])[0]
    return Answer(probabilities, under_heat(data, heat), "" if heat.any() else NO_PLACE)


def under_heat(data: bytes, heat: np.ndarray) -> np.ndarray:
    """The image of a file, its proportions kept, in grey under `heat`, (h, w) in 0..1, spread over it.

    Returns:
        (height, width, 3) uint8, at most `SIDE` pixels a side; of a small image each pixel becomes a square.
    """
    image = open_rgb(data)
    times = SIDE // max(image.size)
    if times >= 2:
        image = image.resize((times * image.width, times * image.height), Image.Resampling.NEAREST)
    else:
        image.thumbnail((SIDE, SIDE))
    everywhere = slice(None), slice(None)
    return (255 * overlaid(np.asarray(image), heat, everywhere)).round().astype("uint8")


KEPT = 3    # networks in memory at a time


class Networks:
    """The networks of all finished runs beside a given one, best validation accuracy first.

    Args:
        first: the finished run to offer first; it is loaded at once.

    Raises:
        UserError: when that run cannot be loaded. Others that cannot be read are named and left out.
    """

    def __init__(self, first: Run) -> None:
        folder = first.folder.parent
        self.first = first.id
        self._loaded = lru_cache(KEPT)(lambda name: load_trained(Run(folder / name)))
        self._loaded(self.first)
        self._results = _readable(folder)
        # TensorFlow is asked by one thread at a time, and Pillow's warnings are caught in no more.
        self._one_at_a_time = Lock()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What to call each network, and the name of its run; best validation accuracy first."""
        results = ranked(pd.DataFrame([{**result.model_dump(), "folder": name}
                                       for name, result in self._results.items()]))
        labels = [f"{label}, validation accuracy {accuracy:.3f}"
                  for label, accuracy in zip(labelled(results), results["val_accuracy"], strict=True)]
        return list(zip(labels, results["folder"], strict=True))

    def load(self, name: str) -> Trained:
        """The network of a run, by the run's name without the time; kept until others were asked since.

        Raises:
            UserError: when there is none of that name, or it cannot be read.
        """
        if name not in self._results:
            raise unknown("network", name, self._results)
        return self._loaded(name)

    def answer(self, data: bytes, name: str) -> Answer:
        """What the network of a run says of an image file's bytes; others that ask wait meanwhile.

        Raises:
            ImageError: it is not an image, damaged, or absurdly large.
            UserError: as for `load`.
        """
        with self._one_at_a_time:
            return ask(self.load(name), data)


def _readable(folder: Path) -> dict[str, Result]:
    """The results of the finished runs in a data set's folder that this version can read, by their folder's name."""
    results = {}
    for run in map(Run, sorted(folder.iterdir())):
        try:
            if run.finished:
                results[run.id] = read_result(run)
        except UserError as error:
            print(f"left out: {error}")
    return results
