"""The predictions of a call so far, in a file: a killed call leaves it, and the same call given again continues it.

Its first line is the origin of the predictions. Each further one is a whole batch, as JSON; a last line that was cut
off is left out. So it is no table, and never passes for one.
"""

import json
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import UserError
from auxiliary.core.locks import lock_or_refuse
from auxiliary.core.text import counted
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.file_predictions import FilePrediction
from auxiliary.deploy.file_reading import stamp_of
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.origin import Origin

NOWHERE = -1
AGAIN = "remove it, or name another file"


class Journal:
    """Predictions for some files, written batch by batch, and read in the order of the files.

    Args:
        file: the open file.
        paths: the files to predict.

    Attributes:
        paths: those files.
        errors: the name of each file that is not an image, and why it is none.
        unscaled: the name of a file that `is_unscaled` tells; empty without one.
        left_out: how many predictions of an earlier call are of other files.
    """

    def __init__(self, file: BinaryIO, paths: Sequence[ImagePath]) -> None:
        self.paths, self.unscaled, self.left_out = paths, "", 0
        self.errors: list[tuple[str, str]] = []
        # Where the batch of each path begins in the file, times `BATCH`, plus its place there: eight bytes per path.
        self._file, self._found = file, array("q", [NOWHERE]) * len(paths)

    @property
    def known(self) -> int:
        """How many files have a prediction."""
        return len(self.paths) - self._found.count(NOWHERE)

    @property
    def image_count(self) -> int:
        """How many of the files are images, once all have a prediction."""
        return len(self.paths) - len(self.errors)

    def missing(self) -> list[list[int]]:
        """The places of the files to predict, batch by batch.

        Batches are those of a call that is not interrupted, so that the last digits are the same too.
        """
        every = (range(first, min(first + BATCH, len(self.paths))) for first in range(0, len(self.paths), BATCH))
        batches = ([place for place in batch if self._found[place] == NOWHERE] for batch in every)
        return [batch for batch in batches if batch]

    def add(self, places: Sequence[int], predictions: Sequence[FilePrediction]) -> None:
        """Write the predictions of the files at some places; after a kill of this process they are still there."""
        begin = self._file.seek(0, os.SEEK_END)
        with disk_errors(Path(self._file.name)):
            self._file.write(json.dumps(predictions).encode() + b"\n")
            self._file.flush()
        for number, (place, prediction) in enumerate(zip(places, predictions, strict=True)):
            self._note(place, prediction, begin * BATCH + number)
            if prediction.error:
                self.errors.append((prediction.file, prediction.error))

    def __iter__(self) -> Iterator[FilePrediction]:
        """The predictions of all files, in their order."""
        last, batch = NOWHERE, []
        for found in self._found:
            begin, number = divmod(found, BATCH)
            if begin != last:
                self._file.seek(begin)
                last, batch = begin, _parsed(self._file.readline())
            yield batch[number]

    def images(self) -> Iterator[FilePrediction]:
        """The predictions of the files that are images."""
        return (prediction for prediction in self if not prediction.error)

    def read_back(self) -> int:
        """Take over the predictions that an earlier call wrote; what is damaged at the end is cut off.

        Files that have changed since are predicted again. So are those that were not images, whatever kept them from
        being read.

        Returns:
            How many of these predictions are of the paths, taken over or not.
        """
        places = {path.name: place for place, path in enumerate(self.paths)}
        begin, of_paths = self._file.tell(), 0
        for line in iter(self._file.readline, b""):
            try:
                batch = _parsed(line)
            except (ValueError, TypeError):
                break
            for number, prediction in enumerate(batch):
                place = places.get(prediction.file)
                if place is None:
                    self.left_out += 1
                    continue
                of_paths += 1
                if not prediction.error and stamp_of(self.paths[place].path) == tuple(prediction.stamp):
                    self._note(place, prediction, begin * BATCH + number)
            begin += len(line)
        self._file.truncate(begin)
        return of_paths

    def _note(self, place: int, prediction: FilePrediction, found: int) -> None:
        """Remember where the prediction of a path is."""
        self._found[place] = found
        if prediction.unscaled and not self.unscaled:
            self.unscaled = prediction.file


@contextmanager
def opened_journal(path: Path, origin: Origin, paths: Sequence[ImagePath]) -> Iterator[Journal]:
    """Open the journal of a call, or make it.

    Args:
        path: its file.
        origin: the network that predicts.
        paths: the files to predict.

    Raises:
        UserError: another process writes it, it is of another network or of other files, it is no journal, or it cannot
            be written.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    with file:
        lock_or_refuse(file, f"writing {path}")
        with disk_errors(path):
            origin.begin(file, path, AGAIN)
        journal = Journal(file, paths)
        if not journal.read_back() and journal.left_out:
            raise UserError(f"{path} holds the predictions of {counted(journal.left_out, 'other file')}, which an "
                            f"interrupted call left: {AGAIN}")
        yield journal


def _parsed(line: bytes) -> list[FilePrediction]:
    """The predictions of a line; a `ValueError` or `TypeError` where it is damaged or cut off."""
    if not line.endswith(b"\n"):
        raise ValueError("cut off")
    return [FilePrediction(*values) for values in json.loads(line)]
