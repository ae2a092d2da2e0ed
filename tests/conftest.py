"""What tests of several folders share."""

import colorsys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory) -> Callable[..., Path]:
    """Makes a new folder of pictures, a folder a class: `picture_folder({"cat": 6, "dog": 4}, size=16)`.

    Each class has a colour of its own under noise, so that a small network can tell them apart; no two pictures
    are the same. The same call writes the same pictures. `suffix` is `png` or `jpg`, `size` the side in pixels.
    """

    def make(counts: Mapping[str, int], size: int = 16, suffix: str = "png") -> Path:
        folder = tmp_path_factory.mktemp("pictures")
        rng = np.random.default_rng(0)
        for number, (category, count) in enumerate(counts.items()):
            colour = 255 * np.array(colorsys.hsv_to_rgb(number / len(counts), 0.7, 0.8))
            (folder / category).mkdir(parents=True)
            for index in range(count):
                pixels = colour + rng.normal(0, 20, (size, size, 3))
                picture = Image.fromarray(pixels.clip(0, 255).astype("uint8"))
                picture.save(folder / category / f"{index}.{suffix}")
        return folder

    return make
