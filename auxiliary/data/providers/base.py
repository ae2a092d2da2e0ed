"""The record of a data set that can be fetched by name, and what its providers share."""

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

TIMEOUT = 15    # seconds without an answer, after which a server is given up


@dataclass(frozen=True)
class DataSet:
    """A data set with a name of its own.

    Attributes:
        name: its name in a profile, and of its folder below `data/`.
        about: its content, in one line.
        images: how many it holds.
        classes: how many categories it has.
        licence: what its publisher allows.
        advice: what to do when its source cannot be reached: what to download, and where to put it.
        fill: makes and fills a folder with the publisher's files; the images may lie deeper in it, as
            `find_images` of `auxiliary.data.fetch` finds them. Raises `UserError`.
        names: the project's category names for the publisher's; None to keep those.
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
    """Turn whatever goes wrong during a download into one sentence with a way out.

    Sockets opened inside give up after `timeout` seconds of silence; libraries seldom set a limit themselves.

    Args:
        where: the server, such as `"Kaggle"`.
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
