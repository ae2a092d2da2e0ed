"""What a network says of one picture, as the page shows it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from auxiliary.data.decode import open_rgb
from auxiliary.evaluation.grad_cam import feature_layer, grad_cam
from auxiliary.reporting.grad_cam_figure import overlaid
from auxiliary.using.pictures import network_pixels
from auxiliary.using.trained import Trained

SIDE = 512      # of what is shown, in pixels
NO_PLACE = "No place of the picture speaks for the first class."
NO_MAPS = "This network has no feature maps, so nobody can see which places speak for a class."


@dataclass(frozen=True)
class Answer:
    """What a network says of a picture.

    Attributes:
        probabilities: of every class, calibrated, 0 to 1.
        shown: (height, width, 3) uint8, the picture in grey under what speaks for the likeliest class; None where the
            network has no feature maps.
        remark: what is odd about `shown`; mostly empty.
    """

    probabilities: dict[str, float]
    shown: np.ndarray | None
    remark: str


def ask(trained: Trained, data: bytes) -> Answer:
    """Ask a network about the bytes of a picture file.

    Raises:
        PictureError: it is not a picture, damaged, or absurdly large.
    """
    pixels = network_pixels(data, trained.result.image_size)[None]
    chances = trained.probabilities(pixels)[0]
    probabilities = dict(zip(trained.categories, chances.tolist(), strict=True))
    if feature_layer(trained.model) is None:
        return Answer(probabilities, None, NO_MAPS)
    heat = grad_cam(trained.model, pixels, [chances.argmax()])[0]
    return Answer(probabilities, under_heat(data, heat), "" if heat.any() else NO_PLACE)


def under_heat(data: bytes, heat: np.ndarray) -> np.ndarray:
    """The picture of a file, its proportions kept, in grey under `heat`, (h, w) in 0..1, spread over it.

    Returns:
        (height, width, 3) uint8, at most `SIDE` pixels a side; of a small picture each pixel becomes a square.
    """
    picture = open_rgb(data)
    times = SIDE // max(picture.size)
    if times >= 2:
        picture = picture.resize((times * picture.width, times * picture.height), Image.Resampling.NEAREST)
    else:
        picture.thumbnail((SIDE, SIDE))
    everywhere = slice(None), slice(None)
    return (255 * overlaid(np.asarray(picture), heat, everywhere)).round().astype("uint8")
