"""What a trained network says of picture files, whatever else lies among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from auxiliary.errors import PictureError
from auxiliary.progress import Progress
from auxiliary.using.inputs import Found
from auxiliary.using.pictures import file_pixels
from auxiliary.using.trained import BATCH, Trained


@dataclass(frozen=True)
class Answers:
    """What a network says of some files.

    Attributes:
        files: those that are pictures, in the order in which they were given.
        probabilities: (files, classes) float64, calibrated.
        problems: why the others are none, by their name.
    """

    files: list[str]
    probabilities: np.ndarray
    problems: dict[str, str]


def ask_about(trained: Trained, found: Sequence[Found]) -> Answers:
    """Ask a network about files, a few in memory at a time; one that is no picture is in nobody's way."""
    files: list[str] = []
    problems: dict[str, str] = {}

    def batches() -> Iterator[np.ndarray]:
        pictures = []
        for file in found:
            try:
                pictures.append(_pixels(file, trained.result.image_size))
                files.append(file.name)
            except PictureError as error:
                problems[file.name] = str(error)
            progress.advance()
            if len(pictures) == BATCH:
                yield np.stack(pictures)
                pictures.clear()
        if pictures:
            yield np.stack(pictures)

    with Progress("asking the network", len(found), "picture") as progress:
        said = list(trained.each_batch(batches()))
    return Answers(files, np.concatenate([np.empty((0, len(trained.categories))), *said]), problems)


def _pixels(file: Found, size: int) -> np.ndarray:
    if file.problem:
        raise PictureError(file.problem)
    return file_pixels(file.path, size)
