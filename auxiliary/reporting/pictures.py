"""Pictures made ready to be shown side by side."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from auxiliary.errors import UserError


def tile(path: str | Path, side: int = 112) -> np.ndarray:
    """The picture at `path` as `placed` has it, without where in the square it is."""
    return placed(path, side)[0]


def placed(path: str | Path, side: int = 112) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The picture at `path` centred on a white square, its proportions kept, and where in the square it is.

    Small pictures are enlarged a whole number of times with nearest-neighbour, so their pixels stay visible;
    others are resized with antialiasing.

    Returns:
        Array of shape (side, side, 3), uint8, and the rows and columns of it that the picture takes.

    Raises:
        UserError: when there is no such file.
    """
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except FileNotFoundError as error:
        raise UserError(f"{path} is no longer there: run the preprocessing notebook again") from error
    times = side // max(picture.size)
    if times >= 2:
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    else:
        picture = ImageOps.contain(picture, (side, side), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (side, side), "white")
    left, top = (side - picture.width) // 2, (side - picture.height) // 2
    square.paste(picture, (left, top))
    return np.asarray(square), (slice(top, top + picture.height), slice(left, left + picture.width))


def sheet(rows: list[list[str]], side: int = 112, gap: int = 6) -> np.ndarray:
    """The pictures of `rows` of paths as one picture, `gap` white pixels apart.

    Returns:
        Array of shape (len(rows) * (side + gap), longest row * (side + gap), 3), uint8.
    """
    step = side + gap
    canvas = np.full((len(rows) * step, max(map(len, rows)) * step, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, path in enumerate(row):
            top, left = i * step + gap // 2, j * step + gap // 2
            canvas[top:top + side, left:left + side] = tile(path, side)
    return canvas
