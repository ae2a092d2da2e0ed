"""Predictions for files, batch by batch: processes read and decode the next ones while the network predicts."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from auxiliary.core.errors import ImageError
from auxiliary.core.parallel import Pool, Processes, worked_batches
from auxiliary.data.reading.deep import Span
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.preprocess import image_bytes, is_unscaled, network_pixels

if TYPE_CHECKING:    # the processes that decode need no TensorFlow
    from auxiliary.deploy.predictor import Predictor

BATCH = 32    # files; those among them that are images go through the network together
AHEAD = 1     # batches of pixels per process that wait for the network
Stamp = tuple[int, int]    # size in bytes and time of the last change in ns; two zeros where they cannot be read


class FilePrediction(NamedTuple):
    """What a network says of a file.

    Attributes:
        file: its name, see `ImagePath.name`.
        stamp: of the file when it was read.
        error: why it is not an image; empty for an image.
        unscaled: whether `is_unscaled` tells it.
        probabilities: calibrated probability of each class, 0 to 1; empty for a file that is not an image.
        score: as in `Answers`; None where it is not known.
    """

    file: str
    stamp: Stamp
    error: str = ""
    unscaled: bool = False
    probabilities: Sequence[float] = ()
    score: float | None = None


class ReadFile(NamedTuple):
    """A file as a worker process has read it: the beginning of its prediction, and its pixels if it is an image."""

    prediction: FilePrediction
    pixels: np.ndarray | None


def predict_files(predictor: "Predictor", batches: Sequence[Sequence[ImagePath]], again: str,
                  pool: Pool | None = None) -> Iterator[list[FilePrediction]]:
    """Predict the classes of files, with a few batches in memory at a time.

    Args:
        predictor: the network.
        batches: files that are predicted together, at most `BATCH` each; the last digits depend on the batch.
        again: what becomes of predicted files when the command is given again, for the message of a killed worker.
        pool: what reads the files; None for one process per core of this machine.

    Returns:
        The predictions of each batch, in order.

    Raises:
        UserError: a worker process was killed.
    """
    read = partial(read_files, size=predictor.result.image_size, span=predictor.span)
    waiting: deque[list[FilePrediction]] = deque()

    def images() -> Iterator[np.ndarray]:
        for files in worked_batches(read, batches, "predicting", pool or Processes(ahead=AHEAD), "image", again):
            waiting.append([file.prediction for file in files])
            if pixels := [file.pixels for file in files if file.pixels is not None]:
                yield np.stack(pixels)

    for answers in predictor.batch_answers(images()):
        # Batches without an image got no answers.
        while all(file.error for file in waiting[0]):
            yield waiting.popleft()
        scores = [None] * len(answers.probabilities) if answers.scores is None else answers.scores.tolist()
        answered = zip(answers.probabilities.tolist(), scores, strict=True)
        yield [file if file.error else _answered(file, *next(answered)) for file in waiting.popleft()]
    yield from waiting


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file as it is now."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def read_files(paths: Sequence[ImagePath], size: int, span: Span | None) -> list[ReadFile]:
    """Read and decode some files, as a worker process does.

    Args:
        paths: the files.
        size: side of the pixels.
        span: as in `network_pixels`.
    """
    return [_read(path, size, span) for path in paths]


def _read(path: ImagePath, size: int, span: Span | None) -> ReadFile:
    # Before the bytes, so that a change meanwhile is noticed.
    stamp = stamp_of(path.path)
    try:
        if path.error:
            raise ImageError(path.error)
        data = image_bytes(path.path)
        pixels = network_pixels(data, size, span)
    except ImageError as error:
        return ReadFile(FilePrediction(path.name, stamp, str(error)), None)
    return ReadFile(FilePrediction(path.name, stamp, unscaled=is_unscaled(data, span)), pixels)


def _answered(prediction: FilePrediction, probabilities: Sequence[float], score: float | None) -> FilePrediction:
    return prediction._replace(probabilities=probabilities, score=score)
