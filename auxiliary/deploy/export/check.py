"""The check of an export: its predictions in its own runtime against those of the run's network."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.core.files import is_file_below
from auxiliary.data.reading.jpeg import processed_pixels
from auxiliary.data.tables import spread
from auxiliary.deploy.export import runtimes
from auxiliary.runs.run import Run

IMAGES = 100    # at most, unless told otherwise
# Classes whose probabilities differ by less count as equal: no two runtimes sum in the same order.
TIE = 1e-4


@dataclass(frozen=True)
class CheckImages:
    """The images of a check.

    Attributes:
        pixels: (N, S, S, 3) uint8 in RGB.
        predicted: the class names that the run's own test predicted; None for random images.
        files: the processed images; empty for random images.
        classes: the names of their true classes; empty for random images.
    """

    pixels: np.ndarray
    predicted: list[str] | None
    files: list[str]
    classes: list[str]


def check_images(run: Run, size: int, folders: Collection[Path], most: int = IMAGES) -> CheckImages:
    """Some of a run's test images, evenly spread over their table; 100 random images where those are missing.

    Args:
        run: the finished run.
        size: side of the images in pixels.
        folders: where its images may lie; others are not opened.
        most: how many, at most.

    Raises:
        UserError: an image cannot be read.
    """
    table = run.predictions
    table = table.iloc[spread(len(table), most)]
    table = table[[is_file_below(file, folders) for file in table["filepath"]]]
    if table.empty:
        return CheckImages(np.random.default_rng(0).integers(0, 256, (IMAGES, size, size, 3), "uint8"), None, [], [])
    files = table["filepath"].to_list()
    return CheckImages(np.stack([_pixels(file, size) for file in files]), table["predicted"].to_list(), files,
                       table["category"].to_list())


def _pixels(file: str, size: int) -> np.ndarray:
    try:
        return processed_pixels(Path(file).read_bytes(), size)
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read any more ({error}): {PREPARE_AGAIN}") from error


@dataclass(frozen=True)
class ExportPredictions:
    """The predictions of an export in its runtime.

    Attributes:
        probabilities: (N, classes).
        labels: the class names in the export.
        milliseconds: median time per image.
        runtime: name and version of the runtime.
        scores: (N,) how unlike the training images each image is; None where the export does not tell.
    """

    probabilities: np.ndarray
    labels: list[str]
    milliseconds: float
    runtime: str
    scores: np.ndarray | None = None

    def count_differing(self, reference: np.ndarray) -> int:
        """The number of images whose predicted class is not the likeliest in `reference`, (N, classes)."""
        predicted = reference[np.arange(len(reference)), self.probabilities.argmax(axis=1)]
        return int((reference.max(axis=1) - predicted > TIE).sum())

    def count_unknown(self, reference: np.ndarray) -> int:
        """The number of images with a probability that is no number, here or in `reference`, (N, classes)."""
        return int((~np.isfinite(self.probabilities + reference)).any(axis=1).sum())

    def count_equal(self, predicted: list[str]) -> int:
        """The number of images whose predicted class is the one in `predicted`."""
        return int((np.array(self.labels)[self.probabilities.argmax(axis=1)] == np.array(predicted)).sum())


def predict_with_export(form: str, path: Path, images: Iterable[np.ndarray]) -> ExportPredictions:
    """Predict images one by one with an export, in a separate process that does not import this package.

    Args:
        form: name of the format.
        path: the exported file or folder.
        images: (H, W, 3) uint8 in RGB each, of any sizes; taken one by one, as they may be large.

    Raises:
        UserError: the runtime fails; the message has the last line of its output.
    """
    # Beside the export: what a killed process leaves is removed with it.
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        predictions = Path(folder) / "predictions.npz"
        for number, image in enumerate(images):
            np.save(Path(folder) / f"{number:03}.npy", image)
        # On the CPU, because GPUs round float32 differently.
        done = subprocess.run([sys.executable, "-I", runtimes.__file__, form, path, folder, predictions], check=False,
                              capture_output=True, text=True, env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"})
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}"
            raise UserError(f"the export was discarded: the runtime of {form} cannot read it ({reason}); "
                            "choose another format with --to")
        with np.load(predictions) as read:
            return ExportPredictions(read["probabilities"], read["labels"].tolist(),
                                     1000 * float(np.median(read["seconds"])), str(read["runtime"]),
                                     read.get("score"))
