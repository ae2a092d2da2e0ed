"""Small images of a page, each with its caption. Pages are sent to others: only processed images are put into them."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.core.files import is_file_below
from auxiliary.data.tables import originals
from auxiliary.evaluation.predictions import most_confident_mistakes, one_per_group
from auxiliary.reporting.heat_overlay import overlaid
from auxiliary.reporting.image_tiles import placed
from auxiliary.reporting.many_classes import some
from auxiliary.reporting.names import in_label_order

SIDE = 168      # pixels of each image
QUALITY = 82    # of JPEG


class Thumbnail(NamedTuple):
    """An image with its caption.

    Attributes:
        image: the image as a data URL.
        heat_map: the image under its Grad-CAM heat map, as a data URL; empty if there is none.
        caption: the lines below it, the first one in bold.
        wrong: whether it shows a mistake.
    """

    image: str
    heat_map: str
    caption: list[str]
    wrong: bool


def mistake_thumbnails(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], processed: Path,
                       n: int = 8) -> list[Thumbnail]:
    """The most confident mistakes of a network, each with its heat map.

    Args:
        predictions: its predictions, one row per test image; see `most_confident_mistakes`.
        explained: `position` and `heat` as `auxiliary.evaluation.grad_cam.explain` returns them; may be empty.
        processed: the folder of processed images.
        n: how many to show, or as many as there are.

    Raises:
        UserError: an image does not lie there, all links resolved.
    """
    heat_maps = dict(zip(map(int, explained.get("position", ())), explained.get("heat", ()), strict=True))
    wrong = most_confident_mistakes(predictions.reset_index(drop=True)).head(n)
    return [_mistake(row, heat_maps.get(position), processed) for position, row in wrong.iterrows()]


def _mistake(row: pd.Series, heat: np.ndarray | None, processed: Path) -> Thumbnail:
    image, area = _placed(row["filepath"], processed)
    heat_map = "" if heat is None else data_url((255 * overlaid(image, heat, area)).astype("uint8"))
    caption = [f"{row['predicted']} {row['confidence']:.2f}", f"is {row['category']}", row["original"]]
    return Thumbnail(data_url(image), heat_map, caption, wrong=True)


def example_thumbnails(clean: pd.DataFrame, processed: Path, per_class: int = 1,
                       random_state: int = 0) -> list[Thumbnail]:
    """Images of each class, or of some of many, chosen at random; `UserError` as in `mistake_thumbnails`.

    Args:
        clean: one row per image, with `filepath` and `category`; all files readable.
        processed: the folder of processed images.
        per_class: images per class, or as many as it has.
        random_state: seed of the random choice.
    """
    shown = some(in_label_order(clean["category"]), random_state)
    groups = map(clean.groupby("category").get_group, shown)
    chosen = [group.sample(min(per_class, len(group)), random_state=random_state) for group in groups]
    return [_captioned(row, [row["category"]], processed, wrong=False) for _, row in pd.concat(chosen).iterrows()]


def suspect_thumbnails(suspects: pd.DataFrame, processed: Path, n: int = 6) -> list[Thumbnail]:
    """The labels most likely to be wrong, each with the class that the other images suggest; errors likewise.

    Args:
        suspects: as `suspect_labels` returns them; of near-duplicates the most suspicious one is shown.
        processed: the folder of processed images.
        n: how many to show, or as many as there are.
    """
    chosen = one_per_group(suspects.assign(original=originals(suspects))).head(n)
    return [_captioned(row, [f"labelled {row['category']}", f"suggested {row['suggested']} {row['confidence']:.2f}",
                             row["original"]], processed, wrong=True) for _, row in chosen.iterrows()]


def shown_sentence(shown: int, rows: pd.DataFrame) -> str:
    """How many of some rows are shown, and whether near-duplicates are among those that are not."""
    if shown == len(rows):
        return "All are shown."
    once = ", of near-duplicates one" if len(one_per_group(rows)) < len(rows) else ""
    return f"{shown:,} of {len(rows):,} are shown{once}."


def _captioned(row: pd.Series, caption: list[str], processed: Path, wrong: bool) -> Thumbnail:
    return Thumbnail(data_url(_placed(row["filepath"], processed)[0]), "", caption, wrong)


def checked_tile(file: str, processed: Path, side: int) -> np.ndarray:
    """An image as `image_tiles.tile` gives it; `UserError` as in `mistake_thumbnails`."""
    return _placed(file, processed, side)[0]


def _placed(file: str, processed: Path, side: int = SIDE) -> tuple[np.ndarray, tuple[slice, slice]]:
    if not is_file_below(file, [processed]):
        raise UserError(f"{file} is no image below {processed}, or is no longer there: run notebook 01 again")
    return placed(file, side)


def data_url(pixels: np.ndarray) -> str:
    """An image, (H, W, 3) uint8, as a data URL: as PNG where that is shorter than as JPEG."""
    image = Image.fromarray(pixels)
    files = {kind: io.BytesIO() for kind in ("png", "jpeg")}
    image.save(files["png"], "PNG")
    image.save(files["jpeg"], "JPEG", quality=QUALITY, optimize=True)
    kind = min(files, key=lambda name: len(files[name].getvalue()))
    return f"data:image/{kind};base64,{base64.b64encode(files[kind].getvalue()).decode()}"
