"""The map of the images as a page shows it: points on a plane, and a sheet of small images to show one by one."""

import base64
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.reporting.html.thumbnails import checked_tile
from auxiliary.reporting.image_map import class_centres, class_colours, map_title

SIDE = 64          # pixels of each image on the sheet
UNITS = 1000       # of the plane, along both axes
BYTES = 700_000    # of the sheet, at most: as text, a page of less than 2 MB can hold it
# The first that is small enough: how many pixels are one along both axes, and the quality of WebP.
FORMS = (1, 75), (1, 55), (1, 35), (2, 60), (4, 30)


class Point(NamedTuple):
    """An image on the map.

    Attributes:
        x: units from the left.
        y: units from the top.
        colour: of its class, as figures have it; empty for a class without one.
        wrong: whether its class is predicted wrongly.
        suspect: whether its label is suspect.
        lines: what is said of it; the first line is its class.
    """

    x: int
    y: int
    colour: str
    wrong: bool
    suspect: bool
    lines: list[str]


class Label(NamedTuple):
    """A class name on the map, and its place in units."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class ImageMap:
    """The map of the images.

    Attributes:
        title: how many images and marks are on it.
        sentence: how to read it.
        points: the images, those without a mark first.
        colours: the classes that have a colour.
        others: whether there are classes without one.
        labels: the names on the map.
        sheet: the images as one data URL, in the order of the points, line by line.
        across: images side by side on the sheet.
    """

    title: str
    sentence: str
    points: list[Point]
    colours: dict[str, str]
    others: bool
    labels: list[Label]
    sheet: str
    across: int
    units: ClassVar[int] = UNITS
    kind: ClassVar[str] = "map"


def interactive_map(table: pd.DataFrame, sentence: str, processed: Path) -> ImageMap:
    """The map of a table of images.

    Args:
        table: as `auxiliary.training.image_places.place_images` returns it, not empty.
        sentence: how to read it.
        processed: the folder of processed images.

    Raises:
        UserError: an image does not lie there, all links resolved.
    """
    colours = class_colours(table)
    drawn = table.iloc[::-1]
    across = math.ceil(math.sqrt(len(drawn)))
    labels = [Label(str(name), *_units(middle)) for name, middle in class_centres(table).iterrows()]
    return ImageMap(map_title(table), sentence, [_point(row, colours) for _, row in drawn.iterrows()], colours,
                    table["category"].nunique() > len(colours), labels,
                    _sheet([checked_tile(file, processed, SIDE) for file in drawn["filepath"]], across), across)


def _units(row: pd.Series) -> tuple[int, int]:
    """A place in units from the top left; figures have their zero at the bottom."""
    return round(UNITS * row["x"]), round(UNITS * (1 - row["y"]))


def _point(row: pd.Series, colours: dict[str, str]) -> Point:
    wrong, suspect = row["category"] != row["predicted"], row["suggested"] != ""
    lines = [row["category"], f"{'taken for' if wrong else 'predicted as'} {row['predicted']} {row['confidence']:.2f}",
             *([f"suspect label, suggested {row['suggested']}"] if suspect else []),
             f"{'validation' if row['split'] == 'val' else 'test'} image {row['original']}"]
    return Point(*_units(row), colours.get(row["category"], ""), wrong, suspect, lines)


def _sheet(tiles: list[np.ndarray], across: int) -> str:
    """Images line by line as one data URL, of the best quality that is small enough."""
    canvas = np.full((math.ceil(len(tiles) / across) * SIDE, across * SIDE, 3), 255, "uint8")
    for number, tile in enumerate(tiles):
        top, left = SIDE * (number // across), SIDE * (number % across)
        canvas[top:top + SIDE, left:left + SIDE] = tile
    sheet = Image.fromarray(canvas)
    for factor, quality in FORMS:
        file = io.BytesIO()
        sheet.reduce(factor).save(file, "WEBP", quality=quality, method=2)
        if file.tell() <= BYTES:
            break
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
