"""Predictions for files, batch by batch: processes read and decode the next ones while the network predicts."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from auxiliary.core.parallel import Pool, Processes, worked_batches
from auxiliary.deploy.file_reading import Stamp, read_files
from auxiliary.deploy.image_paths import ImagePath

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor

AHEAD = 1     # batches of pixels per process that wait for the network


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
        worked = worked_batches(read, batches, "predicting", pool or Processes(ahead=AHEAD), "image", again)
        for paths, files in zip(batches, worked, strict=True):
            waiting.append([FilePrediction(path.name, file.stamp, file.error, file.unscaled)
                            for path, file in zip(paths, files, strict=True)])
            if pixels := [file.pixels for file in files if file.pixels is not None]:
                yield np.stack(pixels)

    # The threads of NumPy's products wait for the next one without a pause, which takes a quarter of the processor.
    with threadpool_limits(1, "blas"):
        for answers in predictor.batch_answers(images()):
            # Batches without an image got no answers.
            while all(file.error for file in waiting[0]):
                yield waiting.popleft()
            scores = [None] * len(answers.probabilities) if answers.scores is None else answers.scores.tolist()
            answered = zip(answers.probabilities.tolist(), scores, strict=True)
            yield [file if file.error else _answered(file, *next(answered)) for file in waiting.popleft()]
    yield from waiting


def _answered(prediction: FilePrediction, probabilities: Sequence[float], score: float | None) -> FilePrediction:
    return prediction._replace(probabilities=probabilities, score=score)
