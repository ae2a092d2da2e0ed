"""Images of any size as square tiles of pixels, alone or side by side."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from auxiliary.core.errors import UserError


def tile(path: str | Path, side: int = 112) -> np.ndarray:
    """The image at `path` centred on a white square, (side, side, 3) uint8; see `placed`."""
    return placed(path, side)[0]


def placed(path: str | Path, side: int = 112) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The image at `path`, JPEG or PNG, on the middle of a white square, and its position there; its shape is kept.

    Small images are enlarged by a whole factor with nearest neighbours, so that their pixels stay visible; others are
    resized with antialiasing.

    Returns:
        Array of shape (side, side, 3), uint8, and the rows and columns of it that hold the image.

    Raises:
        UserError: when the file is missing or damaged.
    """
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as file:
            image = ImageOps.exif_transpose(file).convert("RGB")
    except FileNotFoundError as error:
        raise UserError(f"{path} is no longer there: run the preprocessing notebook again") from error
    except OSError as error:    # Pillow's, for damaged files
        raise UserError(f"{path} cannot be read ({error}): delete it, and run the preprocessing notebook again"
                        ) from error
    factor = side // max(image.size)
    if factor >= 2:
        image = image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    else:
        image = ImageOps.contain(image, (side, side), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (side, side), "white")
    left, top = (side - image.width) // 2, (side - image.height) // 2
    square.paste(image, (left, top))
    return np.asarray(square), (slice(top, top + image.height), slice(left, left + image.width))


def sheet(rows: list[list[str]], side: int = 112, gap: int = 6) -> np.ndarray:
    """The images of `rows` of paths as one image, `gap` white pixels apart.

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
