"""The pixels of a table's images, decoded once and cached."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.core.progress import notify
from auxiliary.core.resources import free_memory
from auxiliary.core.text import format_bytes
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.reading.jpeg import processed_pixels

# Of the memory that is free when training starts, for the images of one split; the rest is left to the model.
SHARE = 0.25


class Images:
    """Processed images of a table at one size; whenever one is read, its bytes are compared with the table.

    Args:
        df: the table, with `filepath` (JPEG or PNG) and `content_hash`; a column `copy` names copies to read instead.
        size: side in pixels that they are stretched to.
        cache: whether each is decoded only once and then cached: in memory if all of them take no more than a quarter
            of the free memory, else in a temporary file, which goes when the process ends.
    """

    def __init__(self, df: pd.DataFrame, size: int, cache: bool) -> None:
        self._files = df["copy" if "copy" in df else "filepath"].to_list()
        self._hashes = df["content_hash"].to_list()
        self._shape = (size, size, 3)
        self._cache = _new_cache((len(df), *self._shape)) if cache else None
        self._is_cached = np.zeros(len(df), bool)

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The images at some places, (N, size, size, 3) uint8 in RGB. Called from several threads.

        Raises:
            UserError: an image cannot be read, or is not the one that the table lists.
        """
        images = np.empty((len(places), *self._shape), "uint8")
        for image, place in zip(images, places, strict=True):
            image[:] = self._cache[place] if self._is_cached[place] else self._decoded(place)
        return images

    def _decoded(self, place: int) -> np.ndarray:
        file = self._files[place]
        try:
            data = Path(file).read_bytes()
            if content_hash(data) != self._hashes[place]:
                raise UserError(f"{file} is not the image that its table lists, but was changed or replaced since: "
                                f"{PREPARE_AGAIN}")
            pixels = processed_pixels(data, self._shape[0])
        except (OSError, ValueError) as error:
            raise UserError(f"{file} cannot be read any more ({error}): {PREPARE_AGAIN}") from error
        if self._cache is not None:
            self._cache[place] = pixels
            # After the pixels, for the other threads.
            self._is_cached[place] = True
        return pixels


def _new_cache(shape: tuple[int, ...]) -> np.ndarray | None:
    """An array for images, in memory or in a file; None, with a printed sentence, where neither has the space."""
    needed, memory, folder = int(np.prod(shape)), free_memory(), tempfile.gettempdir()
    if needed <= SHARE * memory:
        return np.empty(shape, "uint8")
    disk = shutil.disk_usage(folder).free
    found = f"{format_bytes(memory)} of memory are free, and {format_bytes(disk)} in {folder}"
    if needed > 0.9 * disk:
        notify(f"images are decoded in every epoch, because a cache would take {format_bytes(needed)}; {found}")
        return None
    notify(f"decoded images, {format_bytes(needed)}, are cached in a temporary file; {found}")
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, "uint8", "w+", shape=shape)
