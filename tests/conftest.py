"""What tests of several folders share."""

import colorsys
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.data.parts import write_parts
from auxiliary.data.split import split
from auxiliary.data.twins import with_groups
from auxiliary.lab import Lab


@pytest.fixture(scope="module", autouse=True)
def in_float32() -> None:
    """The precision that all machines have: a run leaves its machine's behind. Keras is not loaded for it."""
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_dtype_policy("float32")


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


@pytest.fixture(scope="session")
def divide() -> Callable[[Lab, pd.DataFrame], None]:
    """Divides the pictures of a lab as its profile says, as notebook 01 does: `divide(lab, clean_table(folder))`."""

    def into_parts(lab: Lab, clean: pd.DataFrame) -> None:
        parts = split(with_groups(clean), by=lab.profile.split.by)
        write_parts(parts, lab.profile.split, lab.paths)

    return into_parts
