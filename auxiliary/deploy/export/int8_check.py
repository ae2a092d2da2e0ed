"""What a network loses in int8, measured in LiteRT on the run's test images, image by image beside float32."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.deploy.export import int8_runtime
from auxiliary.deploy.export.check import CheckImages
from auxiliary.evaluation.significance import mcnemar_interval

IMAGES = 1000               # at most
MOST = 2**28                # bytes of pixels
PIXELS, PROBABILITIES = (1.0, 0), (1 / 256, 0)    # scale and zero of the input and of the output
POINTS = 100


@dataclass(frozen=True)
class Int8Predictions:
    """The predictions of the same images in float32 and in int8.

    Attributes:
        float32: (N, classes) probabilities.
        int8: (N, classes) bytes, of which 256 are a probability of 1.
        milliseconds: median time per image, in float32 and in int8.
        runtime: name and version of the runtime.
    """

    float32: np.ndarray
    int8: np.ndarray
    milliseconds: tuple[float, float]
    runtime: str

    @property
    def same(self) -> int:
        """The number of images of which both name one class: in int8 several may be equally likely."""
        named = self.int8[np.arange(len(self.int8)), self.float32.argmax(axis=1)]
        return int((named == self.int8.max(axis=1)).sum())


def most_images(size: int) -> int:
    """How many test images of a side are predicted, at most."""
    return min(IMAGES, MOST // (3 * size**2))


def predict_both(float32: Path, int8: Path, pixels: np.ndarray) -> Int8Predictions:
    """Predict images one by one with both files in turn, in a separate process that does not import this package.

    Args:
        float32: a file of the network in float32.
        int8: a file of it in int8.
        pixels: (N, S, S, 3) uint8 in RGB.

    Raises:
        UserError: LiteRT fails, or the file is not wholly of whole numbers, or takes or gives others than bytes.
    """
    with tempfile.TemporaryDirectory(dir=int8.parent) as folder:
        images, predictions = Path(folder) / "images.npy", Path(folder) / "predictions.npz"
        np.save(images, pixels)
        done = subprocess.run([sys.executable, "-I", int8_runtime.__file__, float32, int8, images, predictions],
                              check=False, capture_output=True, text=True, env=os.environ)
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}"
            raise UserError(f"the export was discarded: LiteRT cannot run it in int8 ({reason}): leave out --int8")
        with np.load(predictions) as read:
            _check_whole(read["others"].tolist(), read["scales"])
            milliseconds = 1000 * np.median(read["seconds"], axis=1)
            return Int8Predictions(read["float32"], read["int8"], tuple(milliseconds.tolist()), str(read["runtime"]))


def _check_whole(others: list[str], scales: np.ndarray) -> None:
    if others:
        raise UserError(f"the export was discarded: TensorFlow left steps of the network in float32 "
                        f"({', '.join(others[:5])}): leave out --int8")
    if not np.allclose(scales, [PIXELS, PROBABILITIES]):
        raise UserError("the export was discarded: it does not take bytes of pixels as they are, or does not give 256 "
                        "for a probability of 1: leave out --int8, and report this")


def describe_loss(images: CheckImages, found: Int8Predictions, categories: list[str], views: str) -> list[str]:
    """The accuracy of the run and of its int8 file on the same images, and how often float32 and int8 agree.

    Args:
        images: the test images, or random ones.
        found: their predictions.
        categories: class names in the order of the labels.
        views: those of the run, see `averaged_views`.
    """
    count = len(images.pixels)
    if images.predicted is None:
        return ["accuracy in int8: not measured, because the run's test images are missing",
                f"int8 names the class of float32 for {found.same:,} of {count:,} random images"]
    true = np.array(images.classes)
    run, int8 = np.array(images.predicted) == true, np.array(categories)[found.int8.argmax(axis=1)] == true
    low, high = mcnemar_interval(int((run & ~int8).sum()), int((~run & int8).sum()), count)
    averaged = f" ({views})" if views else ""
    return [f"accuracy on {count:,} test images: {run.mean():.3f} by the run{averaged}, {int8.mean():.3f} in int8; "
            f"lost: {POINTS * (run.mean() - int8.mean()):.1f} points [{POINTS * low:.1f}, {POINTS * high:.1f}]",
            f"int8 names the class of float32 for {found.same:,} of {count:,} test images"]
