"""Arrays of pictures written as files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from auxiliary.progress import track


def write_pictures(pixels: np.ndarray, labels: np.ndarray, names: Sequence[str], folder: Path) -> None:
    """Write pictures as PNG, which loses nothing, as `<folder>/<name>/<position in the array>.png`.

    Args:
        pixels: uint8, 0 to 255, shape (pictures, height, width) or (pictures, height, width, 3).
        labels: integers, shape (pictures,): positions in `names`.
        names: the categories.
        folder: where to; made when missing.
    """
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
    pairs = zip(pixels, labels, strict=True)
    for position, (picture, label) in enumerate(track(pairs, "write pictures", len(labels), "picture")):
        Image.fromarray(picture).save(folder / names[label] / f"{position:05d}.png")
