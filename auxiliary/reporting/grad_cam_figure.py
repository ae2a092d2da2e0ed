"""Where a network looked: test images, and the same under their Grad-CAM maps."""

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

from auxiliary.reporting.image_grids import COLUMNS, SIDE, caption, placed
from auxiliary.reporting.style import GREY, new_figure, styled

COLOURS = mpl.colormaps["plasma"]       # equal steps of heat look equally large
STRONGEST = 0.8                         # how much of the image the most heat covers
GREYS = 0.18, 0.9                      # black and white below the colours, which would hardly show on real black


@styled
def grad_cam_sheet(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], n: int = 5,
                   wrong: int = 2) -> Figure:
    """Test images, and below each the same in grey under what speaks for the class predicted.

    Args:
        predictions: a row an image.
        explained: `position` and `heat` as `auxiliary.evaluation.predictions.explain` gives them; may be empty.
        n: how many images to show, at most.
        wrong: how many of them are mistakes, which come first, in their order in `explained`. There are more or
            fewer where `explained` does not hold enough of either kind.
    """
    chosen = _chosen(predictions, explained, n, wrong)
    if chosen.empty:
        fig = new_figure(2.1 * COLUMNS, 0.8)
        fig.suptitle("Where the network looked: no image was explained", x=0.01, ha="left")
        return fig
    bands = math.ceil(len(chosen) / COLUMNS)
    fig = new_figure(2.1 * COLUMNS, 1.3 + 4.4 * bands)
    grid = fig.subplots(2 * bands, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for place, (_, row) in enumerate(chosen.iterrows()):
        band, column = divmod(place, COLUMNS)
        _pair(grid[2 * band, column], grid[2 * band + 1, column], row, explained["heat"][row["explained"]])
    _legend(fig, grid)
    fig.suptitle(_title(chosen), x=0.01, ha="left")
    return fig


def _chosen(predictions: pd.DataFrame, explained: Mapping[str, np.ndarray], n: int, wrong: int) -> pd.DataFrame:
    """The rows to show, mistakes first, with each one's place in `explained`."""
    positions = explained.get("position", [])
    rows = predictions.iloc[positions].assign(explained=range(len(positions)))
    is_right = rows["category"] == rows["predicted"]
    mistakes, right = rows[~is_right], rows[is_right]
    mistakes = mistakes.head(min(n, max(wrong, n - len(right))))
    return pd.concat([mistakes, right.head(n - len(mistakes))])


def _title(chosen: pd.DataFrame) -> str:
    right = int((chosen["category"] == chosen["predicted"]).sum())
    counts = {"wrong (✗)": len(chosen) - right, "right (✓)": right}
    kinds = " and ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return f"Where the network looked: what speaks for the class it predicted, {kinds}"


def _pair(above: Axes, below: Axes, row: pd.Series, heat: np.ndarray) -> None:
    """The image, and itself under the heat; frame and caption say whether it was right."""
    image, area = placed(row["filepath"], SIDE)
    caption(above, row, image)
    above.set_xlabel("")
    caption(below, row, overlaid(image, heat, area))
    if not heat.any():
        below.text(0.5, 0.5, "nothing speaks\nfor it", transform=below.transAxes, ha="center", va="center",
                   fontsize=10, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8})


def overlaid(image: np.ndarray, heat: np.ndarray, area: tuple[slice, slice]) -> np.ndarray:
    """The tile `image`, (side, side, 3) uint8, in its `area` grey and under `heat`, (h, w) in 0..1, spread over it.

    Returns:
        (side, side, 3) float64 in 0..1.
    """
    grey = np.asarray(Image.fromarray(image).convert("L"))[area] / 255
    spread = Image.fromarray(heat.astype("float32")).resize(grey.shape[::-1], Image.Resampling.BILINEAR)
    shown = image / 255
    shown[area] = _blend(grey, np.asarray(spread))
    return shown


def _blend(grey: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Colours that cover a grey value, 0 to 1, the more, the more heat there is; (..., 3), 0 to 1."""
    share = STRONGEST * heat[..., None]
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
