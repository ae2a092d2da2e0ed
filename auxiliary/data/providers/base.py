"""What the project knows of a data set that it can fetch by name."""

import socket
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.core.progress import track

TIMEOUT = 15    # seconds that a silent network is waited for


@dataclass(frozen=True)
class DataSet:
    """A data set with a name of its own.

    Attributes:
        name: what a profile calls it, and its folder below `data/`.
        about: one line on what is in it.
        images: how many it holds.
        classes: how many categories they are of.
        licence: what its publisher allows.
        advice: what to do when its source cannot be reached: what to download, and where to put it.
        fill: fills a folder, not there yet, with the publisher's files; the images may lie deeper in it, as
            `find_images` of `auxiliary.data.fetch` finds them. Raises `UserError`.
        names: the publisher's category names and what the project calls them; None to keep them.
    """

    name: str
    about: str
    images: int
    classes: int
    licence: str
    advice: str
    fill: Callable[[Path], None]
    names: Mapping[str, str] | None = None


@contextmanager
def reaching(where: str, advice: str, timeout: float = TIMEOUT) -> Iterator[None]:
    """Turn whatever goes wrong while a publisher is asked into one sentence with a way out.

    Sockets opened inside give up after `timeout` seconds of silence; libraries seldom set a limit themselves.

    Args:
        where: whom is asked, such as `"Kaggle"`.
        advice: what to do instead.
        timeout: seconds of silence.

    Raises:
        UserError: chained from the original error.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(timeout)
    try:
        yield
    except Exception as error:  # download libraries raise anything, Keras a plain Exception
        cause = textwrap.shorten(f"{type(error).__name__}: {error}", 120)
        raise UserError(f"nothing came from {where} ({cause}): {advice}") from error
    finally:
        socket.setdefaulttimeout(before)


def write_images(pixels: np.ndarray, labels: np.ndarray, names: Sequence[str], folder: Path) -> None:
    """Write images as PNG, which loses nothing, as `<folder>/<name>/<position in the array>.png`.

    Args:
        pixels: uint8, 0 to 255, shape (images, height, width) or (images, height, width, 3).
        labels: integers, shape (images,): positions in `names`.
        names: the categories.
        folder: where to; made when missing.
    """
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
    pairs = zip(pixels, labels, strict=True)
    for position, (image, label) in enumerate(track(pairs, "write images", len(labels), "image")):
        Image.fromarray(image).save(folder / names[label] / f"{position:05d}.png")
