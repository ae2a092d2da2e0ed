"""The picture of an explanation: the image in grey under the evidence for its class."""

import numpy as np
from PIL import Image

from auxiliary.data.reading.decode import open_rgb
from auxiliary.data.reading.deep import Span
from auxiliary.reporting.heat_overlay import overlaid

SIDE = 512      # of the picture, in pixels


def heat_map(data: bytes, heat: np.ndarray, span: Span | None = None) -> np.ndarray:
    """The image of a file in grey under `heat`, (h, w) in 0..1, which is stretched over it; `span` as in `open_rgb`.

    Returns:
        (height, width, 3) uint8 with the image's proportions, at most `SIDE` pixels a side; pixels of small images
        become squares.
    """
    image = open_rgb(data, span=span)
    factor = SIDE // max(image.size)
    if factor >= 2:
        image = image.resize((factor * image.width, factor * image.height), Image.Resampling.NEAREST)
    else:
        image.thumbnail((SIDE, SIDE))
    whole_image = slice(None), slice(None)
    return (255 * overlaid(np.asarray(image), heat, whole_image)).round().astype("uint8")
