"""An image in grey under a heat map, and the bar that says what its colours mean."""

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from PIL import Image

from auxiliary.reporting.style import GREY

COLOURS = mpl.colormaps["plasma"]    # perceptually uniform
OPACITY = 0.8                        # of the colours where the heat is 1
GREYS = 0.18, 0.9                    # black and white of the image below the colours, which hardly show on black


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


def add_heat_bar(fig: Figure, grid: np.ndarray) -> None:
    """Add a bar with the colours of heat from 0 to 1 below the axes `grid` of a figure."""
    shown = ScalarMappable(cmap=ListedColormap(_blend(np.full(256, 0.5), np.linspace(0, 1, 256))))
    shown.set_clim(0, 1)
    bar = fig.colorbar(shown, ax=grid, location="bottom", shrink=0.5, aspect=40, pad=0.02, anchor=(0, 0.5),
                       label="evidence for the predicted class, within each image")
    bar.set_ticks([0, 1], labels=["0 none", "1 most"])
    for label, side in zip(bar.ax.get_xticklabels(), ("left", "right"), strict=True):
        label.set_horizontalalignment(side)
    bar.outline.set_edgecolor(GREY)


def _blend(grey: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """A grey value, 0 to 1, blended with the colour of the heat; (..., 3), 0 to 1."""
    share = OPACITY * heat[..., None]
    low, high = GREYS
    return (1 - share) * (low + (high - low) * grey[..., None]) + share * COLOURS(heat)[..., :3]
