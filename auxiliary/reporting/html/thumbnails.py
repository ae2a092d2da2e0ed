"""Single images of a page, each with what is said of it."""

import base64
import io
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.evaluation.predictions import surest_mistakes
from auxiliary.reporting.grad_cam_figure import overlaid
from auxiliary.reporting.image_grids import placed

SIDE = 168      # pixels of each image
QUALITY = 82    # of JPEG


class Shot(NamedTuple):
    """An image, and what stands below it.

    Attributes:
        image: the address of the image, which holds all of it.
        heat: the same under its Grad-CAM map; empty where there is none.
        lines: what is said of it, the first line in bold.
        wrong: whether it shows a mistake.
    """

    image: str
    heat: str
    lines: list[str]
    wrong: bool


def mistake_shots(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], n: int = 8) -> list[Shot]:
    """The wrong predictions that a network was surest of, each beside where it found evidence.

    Args:
        predictions: what it says of each test image.
        explained: `position` and `heat` as `auxiliary.evaluation.predictions.explain` gives them; may be empty.
        n: how many to show, or as many as there are.
    """
    places = {int(position): heat for position, heat in zip(explained.get("position", ()), explained.get("heat", ()),
                                                            strict=True)}
    wrong = surest_mistakes(predictions.reset_index(drop=True)).head(n)
    return [_mistake(row, places.get(place)) for place, row in wrong.iterrows()]


def _mistake(row: pd.Series, heat: np.ndarray | None) -> Shot:
    image, area = placed(row["filepath"], SIDE)
    under = "" if heat is None else address((255 * overlaid(image, heat, area)).astype("uint8"))
    return Shot(address(image), under,
                [f"{row['predicted']} {row['confidence']:.2f}", f"is {row['category']}"], wrong=True)


def example_shots(clean: pd.DataFrame, per_class: int = 1, random_state: int = 0) -> list[Shot]:
    """Images of each class, chosen at random.

    Args:
        clean: rows with `filepath` and `category`; all files readable.
        per_class: images a class, or as many as it has.
        random_state: seed of the choice.
    """
    chosen = [group.sample(min(per_class, len(group)), random_state=random_state)
              for _, group in clean.groupby("category")]
    return [Shot(address(placed(row["filepath"], SIDE)[0]), "", [row["category"]], wrong=False)
            for _, row in pd.concat(chosen).iterrows()]


def suspect_shots(suspicious: pd.DataFrame, n: int = 6) -> list[Shot]:
    """The labels most likely to be wrong, each below its image, with what the other images suggest."""
    return [Shot(address(placed(row["filepath"], SIDE)[0]), "",
                 [f"labelled {row['category']}", f"looks like {row['suggested']} {row['confidence']:.2f}"], wrong=True)
            for _, row in suspicious.head(n).iterrows()]


def address(pixels: np.ndarray) -> str:
    """An image, (H, W, 3) uint8, as an address that holds all of it: as PNG where that is shorter than as JPEG."""
    image = Image.fromarray(pixels)
    files = {kind: io.BytesIO() for kind in ("png", "jpeg")}
    image.save(files["png"], "PNG")
    image.save(files["jpeg"], "JPEG", quality=QUALITY, optimize=True)
    kind = min(files, key=lambda name: len(files[name].getvalue()))
    return f"data:image/{kind};base64,{base64.b64encode(files[kind].getvalue()).decode()}"
