"""The networks that the page offers: the finished runs of some data sets, loaded at their first prediction."""

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import printable
from auxiliary.deploy.app.heat_map import heat_map
from auxiliary.deploy.explain import explain
from auxiliary.deploy.json_answers import answer_json, network_json
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.preprocess import UNSCALED, is_unscaled, network_pixels
from auxiliary.evaluation.limit import is_unlike
from auxiliary.runs.labels import labelled, ranked
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run

CACHED = 3      # networks in memory


@dataclass(frozen=True)
class Prediction:
    """The prediction of a network for one image.

    Attributes:
        probabilities: calibrated probability of every class, 0 to 1.
        note: a sentence on how the image was read, where there is something to say; otherwise "".
        unlike: whether it is unlike all that the network was trained on; None where that is not known.
    """

    probabilities: dict[str, float]
    note: str
    unlike: bool | None = None


class Networks:
    """The networks of all finished runs of some data sets.

    A network goes by its data set and the folder of its run, such as `flowers/lite0-h0123456789ab`.

    Args:
        first: the finished run to offer first; it is loaded at once.
        folders: the folders `models/<dataset>` of the data sets, that of `first` among them.
        images: the folders `data/<dataset>/processed` that may hold their images, see `load_predictor`.

    Attributes:
        data_set: the data set to offer first, that of the run.
        data_sets: the names of the data sets with a finished run that can be read.

    Raises:
        UserError: that run cannot be loaded. Other runs that cannot be read are printed and left out.
    """

    def __init__(self, first: Run, folders: Iterable[Path], images: Collection[Path] = ()) -> None:
        self._load = lru_cache(CACHED)(lambda run: _loaded(run, images))
        self._load(first)
        self._first, self.data_set = first, first.folder.parent.name
        self._results = {folder.name: found for folder in folders if (found := _readable_results(folder))}
        self.data_sets = list(self._results)
        # One thread at a time uses TensorFlow, and `warnings`, with which Pillow's warnings are caught, is global.
        self._lock = Lock()

    def choices(self, data_set: str) -> list[tuple[str, str]]:
        """The label, with the validation accuracy, and the name of each network of a data set; the best first."""
        results = self.ranked_results(data_set)
        labels = [label if isnan(accuracy) else f"{label}: {accuracy:.3f}"
                  for label, accuracy in zip(labelled(results), results["val_accuracy"], strict=True)]
        return list(zip(labels, map(full_name, results["run"]), strict=True))

    def best(self, data_set: str) -> Run:
        """The run of a data set to show before the user chooses: the first one of all, or the best."""
        return self._first if data_set == self.data_set else self.ranked_results(data_set)["run"][0]

    def load(self, name: str) -> Predictor:
        """The network of a name; the last `CACHED` networks stay in memory.

        Raises:
            UserError: there is no such run, or it cannot be read.
        """
        runs = {full_name(run): run for results in self._results.values() for run in results}
        if name not in runs:
            raise unknown("network", name, runs)
        return self._load(runs[name])

    def ranked_results(self, data_set: str) -> pd.DataFrame:
        """The results of a data set, best validation accuracy first, with the column `run`."""
        return ranked(pd.DataFrame([{**result.model_dump(), "run": run}
                                    for run, result in self._results[data_set].items()]))

    def predict(self, data: bytes, name: str) -> Prediction:
        """Predict the class of an image file's bytes with the network of a name; concurrent calls wait.

        Raises:
            ImageError: the data is not an image, damaged, or absurdly large.
            UserError: as in `load`.
        """
        with self._lock:
            return predict_image(self.load(name), data)

    def explain(self, data: bytes, name: str, way: str) -> tuple[np.ndarray | None, str]:
        """The image of a file in grey under the evidence for its first class, and a remark; errors as in `predict`.

        Args:
            data: the bytes of an image file.
            name: that of the network.
            way: one of `auxiliary.deploy.explain.WAYS`.

        Returns:
            (height, width, 3) uint8, None where there is no map; and a sentence on the map or on why there is none,
            which may be empty.
        """
        with self._lock:
            predictor = self.load(name)
            pixels = _pixels(predictor, data)
            label = int(predictor.probabilities(pixels[None])[0].argmax())
            found = explain(predictor, pixels, label, way)
            return None if found.heat is None else heat_map(data, found.heat, predictor.span), found.remark

    def answer(self, data: bytes, name: str) -> dict[str, Any]:
        """What `predict --json` says of an image file's bytes: the network and the image in one; errors as above."""
        with self._lock:
            predictor = self.load(name)
            answer = _answer(predictor, data)
        return {**network_json(predictor), **answer_json(predictor.categories, *answer)}


def predict_image(predictor: Predictor, data: bytes) -> Prediction:
    """Predict the class of an image file's bytes.

    Raises:
        ImageError: the data is not an image, damaged, or absurdly large.
    """
    values, score = _answer(predictor, data)
    probabilities = dict(zip(predictor.categories, values, strict=True))
    unlike = None if score is None else is_unlike(score)
    return Prediction(probabilities, f"{UNSCALED.capitalize()}." if is_unscaled(data, predictor.span) else "", unlike)


def _answer(predictor: Predictor, data: bytes) -> tuple[list[float], float | None]:
    """The probability of each class, and how unlike the training images an image is; None where that is not known."""
    (values,), scores = predictor.answers(_pixels(predictor, data)[None])
    return values.tolist(), None if scores is None else float(scores[0])


def _pixels(predictor: Predictor, data: bytes) -> np.ndarray:
    """The pixels of an image file, as the network takes them."""
    return network_pixels(data, predictor.result.image_size, predictor.span)


def full_name(run: Run) -> str:
    """The name of the network of a run: its data set and its folder."""
    return f"{run.folder.parent.name}/{run.id}"


def _loaded(run: Run, images: Collection[Path]) -> Predictor:
    """The network of a run; prints why it cannot tell unlike images, if so."""
    predictor = load_predictor(run, images)
    if predictor.why:
        print(printable(predictor.why), file=sys.stderr)
    return predictor


def _readable_results(folder: Path) -> dict[Run, Result]:
    """The results of the finished runs in a data set's folder."""
    results = {}
    for run in map(Run, sorted(folder.iterdir())):
        try:
            if run.finished and not run.diverged:
                results[run] = run.result
        except UserError as error:
            print(printable(f"left out: {error}"))
    return results
