"""Test images with their Grad-CAM heat maps."""

import math
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from PIL import Image

from auxiliary.evaluation.predictions import classes, one_per_group
from auxiliary.reporting.image_grids import COLUMNS, SIDE, caption
from auxiliary.reporting.image_tiles import placed
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import GREY, new_figure, set_title, styled, title_only

COLOURS = mpl.colormaps["plasma"]    # perceptually uniform
OPACITY = 0.8                        # of the colours where the heat is 1
GREYS = 0.18, 0.9                    # black and white of the image below the colours, which hardly show on black


@styled
def grad_cam_sheet(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], n: int = 5,
                   wrong: int = 2) -> Figure:
    """Test images, and below each the same in grey under the evidence for its predicted class.

    Args:
        predictions: one row per image; with the column `group`, one mistake of each group of near-duplicates is shown.
        explained: `position` and `heat` as `auxiliary.evaluation.grad_cam.explain` returns them; may be empty.
        n: number of images to show, at most.
        wrong: how many of them are mistakes, which come first, in the order of `explained`. There are more or
            fewer if `explained` does not hold enough of either kind.
    """
    chosen = _chosen(predictions, explained, n, wrong)
    if chosen.empty:
        return title_only(2.1 * COLUMNS, "Grad-CAM: no image was explained")
    bands = math.ceil(len(chosen) / COLUMNS)
    names = Names(classes(predictions))
    fig = new_figure(2.1 * COLUMNS, 1.3 + 4.4 * bands, names)
    grid = fig.subplots(2 * bands, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for place, (_, row) in enumerate(chosen.iterrows()):
        band, column = divmod(place, COLUMNS)
        heat = explained["heat"][row["explained"]]
        _pair(grid[2 * band, column], grid[2 * band + 1, column], row, names, heat)
    _legend(fig, grid)
    set_title(fig, _title(chosen))
    return fig


def _chosen(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], n: int, wrong: int) -> pd.DataFrame:
    """The rows to show, mistakes first, each with its position in `explained`."""
    positions = explained.get("position", [])
    rows = predictions.iloc[positions].assign(explained=range(len(positions)))
    is_correct = rows["category"] == rows["predicted"]
    mistakes, correct = one_per_group(rows[~is_correct]), rows[is_correct]
    mistakes = mistakes.head(min(n, max(wrong, n - len(correct))))
    return pd.concat([mistakes, correct.head(n - len(mistakes))])


def _title(chosen: pd.DataFrame) -> str:
    correct = int((chosen["category"] == chosen["predicted"]).sum())
    counts = {"wrong (✗)": len(chosen) - correct, "correct (✓)": correct}
    kinds = " and ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
    return f"Grad-CAM: evidence for the predicted class, {kinds}"


def _pair(above: Axes, below: Axes, row: pd.Series, names: Names, heat: np.ndarray) -> None:
    """The image, and below it the image under its heat map; frame and caption show whether it was correct."""
    image, area = placed(row["filepath"], SIDE)
    caption(above, row, names, image)
    above.set_xlabel("")
    caption(below, row, names, overlaid(image, heat, area))
    if not heat.any():
        below.text(0.5, 0.5, "no evidence", transform=below.transAxes, ha="center", va="center",
                   fontsize=10, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8})


def overlaid(image: np.ndarray, heat: np.ndarray, area: tuple[slice, slice]) -> np.ndarray:
    """A tile under its heat map.

    Args:
        image: (side, side, 3), uint8.
        heat: (h, w) in 0..1, resized to `area`.
        area: the rows and columns of the tile that hold the image, which become grey below the heat map.

    Returns:
        (side, side, 3) float64 in 0..1.
    """
    grey = np.asarray(Image.fromarray(image).convert("L"))[area] / 255
    spread = Image.fromarray(heat.astype("float32")).resize(grey.shape[::-1], Image.Resampling.BILINEAR)
    shown = image / 255
    shown[area] = _blend(grey, np.asarray(spread))
    return shown


def _blend(grey: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """A grey value, 0 to 1, blended with the colour of the heat; (..., 3), 0 to 1."""
    share = OPACITY * heat[..., None]
    low, high = GREYS
    return (1 - share) * (low + (high - low) * grey[..., None]) + share * COLOURS(heat)[..., :3]


def _legend(fig: Figure, grid: np.ndarray) -> None:
    shown = ScalarMappable(cmap=ListedColormap(_blend(np.full(256, 0.5), np.linspace(0, 1, 256))))
    shown.set_clim(0, 1)
    bar = fig.colorbar(shown, ax=grid, location="bottom", shrink=0.5, aspect=40, pad=0.02, anchor=(0, 0.5),
                       label="evidence for the predicted class, within each image")
    bar.set_ticks([0, 1], labels=["0 none", "1 most"])
    for label, side in zip(bar.ax.get_xticklabels(), ("left", "right"), strict=True):
        label.set_horizontalalignment(side)
    bar.outline.set_edgecolor(GREY)
