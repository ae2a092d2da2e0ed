"""Features of images on the disk, written batch by batch and read row by row, however many there are; no TensorFlow.

A file is the checksum of the rest, a line of JSON with spaces up to a fixed length, and the numbers as they are in
memory.
"""

import json
import math
import os
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import replacing
from auxiliary.core.progress import notify
from auxiliary.core.resources import allow_open_files
from auxiliary.data.reading.inspect_files import file_hash
from auxiliary.training.feature_files import parts_of
from auxiliary.training.feature_rows import Features, InParts, SideBySide

# Where the line begins, and where the numbers do, in bytes.
LINE, NUMBERS = 32, 1024
FLOAT32 = np.dtype("float32")


class StoredFeatures(Features):
    """The features of some images in a file, which must not be written to from now on; it may be removed.

    They are read rather than mapped into memory: a process that uses a mapped file is killed where the disk fails.

    Args:
        path: the file.
        dtype: of the numbers.
        shape: (images, ...).
    """

    def __init__(self, path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        self.dtype, self.shape = dtype, shape
        self._path, self._row = path, dtype.itemsize * math.prod(shape[1:])
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def row(self, place: int) -> np.ndarray:
        """The features of the image at one place; see `Features`."""
        try:
            content = os.pread(self._file, self._row, NUMBERS + place * self._row)
            return np.frombuffer(content, self.dtype).reshape(self.shape[1:])
        except (OSError, ValueError) as error:
            raise UserError(f"{self._path} was changed while its features were in use, or its disk fails "
                            f"({error}): run again") from error


def save_features(path: Path, batches: Iterable[np.ndarray], images: int, dtype: np.dtype) -> StoredFeatures:
    """Write the features of some images with a checksum and the file's own name.

    Args:
        path: the file to write or to replace.
        batches: (N, ...) each, in order.
        images: how many there are in all.
        dtype: of the numbers in the file.

    Raises:
        ValueError: the batches hold another number of images.
        DiskError: the disk is full, read-only or closed to this user.
    """
    # A power cut may leave a partial file, which its checksum shows.
    with replacing(path, sync=False) as temporary, temporary.open("w+b") as file:
        file.write(bytes(NUMBERS))
        count, shape = 0, ()
        for batch in batches:
            file.write(np.ascontiguousarray(batch, dtype).reshape(-1).view("uint8").data)
            count, shape = count + len(batch), batch.shape[1:]
        if count != images:
            raise ValueError(f"{count} features of {images} images")
        file.seek(LINE)
        line = {"name": path.name, "dtype": str(dtype), "shape": [count, *shape]}
        file.write(json.dumps(line).encode().ljust(NUMBERS - LINE))
        file.seek(LINE)
        checksum = file_hash(file)
        file.seek(0)
        file.write(checksum.encode())
    return StoredFeatures(path, dtype, (count, *shape))


def read_features(path: Path, images: int, dtype: np.dtype = FLOAT32) -> StoredFeatures | None:
    """The features in a file, (images, ...) of that dtype, all bytes of which are checked first.

    None where there is no file, and, with a printed sentence, where it is damaged or holds those of other images.
    """
    try:
        with path.open("rb") as file:
            if file.read(LINE) != file_hash(file).encode():
                return _unusable(path, "its checksum is another")
            file.seek(LINE)
            line = json.loads(file.read(NUMBERS - LINE))
        if (line["name"], line["dtype"], line["shape"][0]) != (path.name, str(dtype), images):
            return _unusable(path, "it holds those of other images")
        return StoredFeatures(path, dtype, tuple(line["shape"]))
    except FileNotFoundError:
        return None
    # A foreign file may have the right checksum, and no such line.
    except (OSError, ValueError, LookupError, TypeError) as error:
        return _unusable(path, str(error))


def _unusable(path: Path, reason: str) -> None:
    notify(f"the cached features {path} cannot be used ({reason}), and are computed anew where they are needed")


def read_side_by_side(files: Sequence[Sequence[Path]], df: pd.DataFrame) -> SideBySide | None:
    """The pooled features of a table; None where a file cannot be used, as in `read_features`.

    Args:
        files: those of each backbone, one per part of the table, see `feature_files`.
        df: the images.
    """
    counts = [len(part.df) for part in parts_of(df)]
    allow_open_files(len(files) * len(counts))
    found = [[read_features(*each) for each in zip(paths, counts, strict=True)] for paths in files]
    return None if any(None in parts for parts in found) else SideBySide([InParts(parts) for parts in found])
