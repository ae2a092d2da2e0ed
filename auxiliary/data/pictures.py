"""Prepared pictures as bytes: decoded when they are first asked for, and kept for the epochs to come."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxiliary.data.jpeg import prepared_pixels
from auxiliary.errors import UserError
from auxiliary.room import free_memory, in_words

# Of the memory that is free when training starts, for the pictures of one part; what is left is the model's.
SHARE = 0.25


class Pictures:
    """Prepared pictures of a table at one size.

    Args:
        files: their paths: JPEG or PNG.
        size: side in pixels that they are brought to, stretched.
        keep: whether to keep them once they have been decoded: in memory if all of them take no more than a quarter of
            what is free, else in a temporary file, which goes when the process does.
    """

    def __init__(self, files: Sequence[str], size: int, keep: bool) -> None:
        self._files, self._shape = files, (size, size, 3)
        self._kept = _room((len(files), *self._shape)) if keep else None
        self._here = np.zeros(len(files), bool)

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The pictures at some places, (N, size, size, 3) uint8 in RGB. Called from several threads.

        Raises:
            UserError: a picture cannot be read.
        """
        pictures = np.empty((len(places), *self._shape), "uint8")
        for picture, place in zip(pictures, places, strict=True):
            picture[:] = self._kept[place] if self._here[place] else self._decoded(place)
        return pictures

    def _decoded(self, place: int) -> np.ndarray:
        file = self._files[place]
        try:
            pixels = prepared_pixels(Path(file).read_bytes(), self._shape[0])
        except (OSError, ValueError) as error:
            raise UserError(f"{file} cannot be read any more ({error}): run notebook 01 again") from error
        if self._kept is not None:
            self._kept[place] = pixels
            # After the pixels, for the other threads.
            self._here[place] = True
        return pixels


def _room(shape: tuple[int, ...]) -> np.ndarray | None:
    """Where pictures are kept; None, said aloud, where there is room for them nowhere."""
    needed, memory, folder = int(np.prod(shape)), free_memory(), tempfile.gettempdir()
    if needed <= SHARE * memory:
        return np.empty(shape, "uint8")
    disk = shutil.disk_usage(folder).free
    found = f"{in_words(memory)} of memory are free, and {in_words(disk)} in {folder}"
    if needed > 0.9 * disk:
        print(f"pictures are decoded every epoch, since kept they would take {in_words(needed)}; {found}")
        return None
    print(f"decoded pictures, {in_words(needed)}, are kept in a temporary file; {found}")
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, "uint8", "w+", shape=shape)
