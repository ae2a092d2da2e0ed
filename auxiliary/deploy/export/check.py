"""Whether an exported network says in its own runtime what the run's network says here."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.data.dataset import Images
from auxiliary.deploy.export import runtimes
from auxiliary.runs.run import Run

MOST = 100      # images to ask about
# Classes that the network finds as likely as each other to this are one to it: no two runtimes add up alike.
TIE = 1e-4


@dataclass(frozen=True)
class Sample:
    """Images to ask about.

    Attributes:
        pixels: (N, S, S, 3) uint8 in RGB.
        predicted: what the run's own test said of each, a class name; None for random images.
    """

    pixels: np.ndarray
    predicted: list[str] | None


def draw_sample(run: Run, size: int) -> Sample:
    """Up to 100 of a run's test images, from all over their table; random ones where these are gone.

    Raises:
        UserError: an image cannot be read.
    """
    table = run.predictions
    table = table.iloc[np.unique(np.linspace(0, len(table) - 1, MOST).round().astype(int))]
    table = table[[Path(file).is_file() for file in table["filepath"]]]
    if table.empty:
        return Sample(np.random.default_rng(0).integers(0, 256, (MOST, size, size, 3), "uint8"), None)
    pixels = Images(table["filepath"].to_list(), size, cache=False)[np.arange(len(table))]
    return Sample(pixels, table["predicted"].to_list())


@dataclass(frozen=True)
class Answers:
    """What an exported network says in its runtime.

    Attributes:
        said: (N, classes) probabilities.
        labels: the class names that it carries.
        milliseconds: what an image takes, the median.
        runtime: the runtime's name and version.
    """

    said: np.ndarray
    labels: list[str]
    milliseconds: float
    runtime: str

    def apart(self, own: np.ndarray) -> int:
        """Of how many images it names a class that `own`, (N, classes) probabilities, finds less likely than another.
        """
        named = own[np.arange(len(own)), self.said.argmax(axis=1)]
        return int((own.max(axis=1) - named > TIE).sum())

    def agreeing(self, predicted: list[str]) -> int:
        """How many images it gives the classes of `predicted`."""
        return int((np.array(self.labels)[self.said.argmax(axis=1)] == np.array(predicted)).sum())


def ask(form: str, path: Path, pixels: np.ndarray) -> Answers:
    """Ask an exported network about images one by one, in a process of its own that knows nothing of this package.

    Args:
        form: its format.
        path: where it lies.
        pixels: (N, S, S, 3) uint8 in RGB.

    Raises:
        UserError: its runtime fails, with the last line that it says.
    """
    with tempfile.TemporaryDirectory() as folder:
        images, answers = Path(folder) / "images.npy", Path(folder) / "answers.npz"
        np.save(images, pixels)
        # On the processor: graphics cards round float32 in ways of their own.
        done = subprocess.run([sys.executable, "-I", runtimes.__file__, form, path, images, answers], check=False,
                              capture_output=True, text=True, env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"})
        if done.returncode:
            said = done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}"
            raise UserError(f"what was written cannot be used, so it is not kept: the runtime of {form} says {said!r}")
        with np.load(answers) as read:
            return Answers(read["said"], read["labels"].tolist(), 1000 * float(np.median(read["seconds"])),
                           str(read["runtime"]))
