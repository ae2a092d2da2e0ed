"""Single images side by side, each with what a model says of it."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import counted, short
from auxiliary.evaluation.predictions import at_random, classes, surest_mistakes
from auxiliary.reporting.style import BLUE, VERMILLION, new_figure, styled


def tile(path: str | Path, side: int = 112) -> np.ndarray:
    """The image at `path` as `placed` has it, without where in the square it is."""
    return placed(path, side)[0]


def placed(path: str | Path, side: int = 112) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The image at `path` centred on a white square, its proportions kept, and where in the square it is.

    Small images are enlarged a whole number of times with nearest-neighbour, so their pixels stay visible;
    others are resized with antialiasing.

    Returns:
        Array of shape (side, side, 3), uint8, and the rows and columns of it that the image takes.

    Raises:
        UserError: when there is no such file.
    """
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file).convert("RGB")
    except FileNotFoundError as error:
        raise UserError(f"{path} is no longer there: run the preprocessing notebook again") from error
    times = side // max(image.size)
    if times >= 2:
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
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


COLUMNS = 5    # images side by side in a sheet
SIDE = 224     # pixels of each


def prediction_sheet(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> Figure:
    """`n` test images, chosen at random, with what the model says of them and how sure it is (0 to 1)."""
    chosen = at_random(predictions, n, random_state)
    right = int((chosen["category"] == chosen["predicted"]).sum())
    return captioned_sheet(chosen, f"{counted(len(chosen), 'test image')} chosen at random: {right} right (✓), "
                                   f"{len(chosen) - right} wrong (✗)")


def mistakes_sheet(predictions: pd.DataFrame, n: int = 10, category: str | None = None) -> Figure:
    """The `n` wrong predictions that the model was surest of.

    Args:
        predictions: what the model says of each test image.
        n: how many to show, or as many as there are.
        category: only those on images that are of this class.

    Raises:
        UserError: when there is no such class.
    """
    if category is not None:
        if category not in classes(predictions):
            raise unknown("class", category, classes(predictions))
        predictions = predictions[predictions["category"] == category]
    wrong = surest_mistakes(predictions)
    chosen = wrong.head(n)
    which = counted(len(wrong), "mistake") if len(wrong) else "No mistakes"
    if len(wrong) > len(chosen):
        which = f"The surest {len(chosen)} of {which}"
    of_class = "" if category is None else f" of {short(category, 24)}"
    return captioned_sheet(chosen, f"{which} in {counted(len(predictions), 'test image')}{of_class}")


@styled
def captioned_sheet(rows: pd.DataFrame, title: str) -> Figure:
    """The images of some rows of a predictions frame, five a line, each with its `caption`.

    Args:
        rows: what to show, in order; none at all gives a figure of the title alone.
        title: what stands above them.
    """
    lines = max(math.ceil(len(rows) / COLUMNS), 1)
    fig = new_figure(2.1 * COLUMNS, 0.6 + 2.35 * lines if len(rows) else 0.8)
    grid = fig.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (_, row) in zip(grid, rows.iterrows(), strict=False):
        caption(axes, row)
    fig.suptitle(title, x=0.01, ha="left")
    return fig


def caption(axes: Axes, row: pd.Series, image: np.ndarray | None = None) -> None:
    """An image with what a model says of it, so that right and wrong differ in more than colour.

    Right: tick, plain blue frame, one line. Wrong: cross, dashed red frame and the true class.

    Args:
        axes: what to draw into.
        row: a row of a predictions frame.
        image: what to show instead of the row's file, as `imshow` takes it.
    """
    right = row["category"] == row["predicted"]
    axes.imshow(tile(row["filepath"], SIDE) if image is None else image)
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, linewidth=2.5, color=BLUE if right else VERMILLION,
                       linestyle="-" if right else (0, (3, 2)))
    says = f"{'✓' if right else '✗'} {short(row['predicted'], 17)} {row['confidence']:.2f}"
    axes.set_xlabel(says if right else f"{says}\nis {short(row['category'], 21)}", fontsize=10,
                    loc="left", color=BLUE if right else VERMILLION)


def suspect_sheet(suspicious: pd.DataFrame, n: int = 10) -> Figure:
    """The `n` most suspicious labels, each below its image with what the other images suggest.

    Args:
        suspicious: the table that `suspects` or `suspect_labels` gives, the most suspicious first.
        n: how many to show, or as many as there are; an empty table gives a figure of the title alone.
    """
    chosen = suspicious.head(n)
    which = counted(len(suspicious), "suspect label") if len(suspicious) else "No suspect labels to look at"
    if len(suspicious) > len(chosen):
        which = f"The most suspicious {len(chosen)} of {which}"
    fig = captioned_sheet(chosen.rename(columns={"suggested": "predicted"}), which)
    for axes, (_, row) in zip(fig.axes, chosen.iterrows(), strict=False):
        axes.xaxis.label.set_text(f"labelled {short(row['category'], 18)}\n"
                                  f"looks like {short(row['suggested'], 13)} {row['confidence']:.2f}")
    return fig
