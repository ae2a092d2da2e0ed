"""Test images with heat maps of the evidence for their predicted class."""

import math
from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.evaluation.explanation import Explanation
from auxiliary.evaluation.predictions import classes, one_per_group
from auxiliary.reporting.heat_overlay import add_heat_bar, overlaid
from auxiliary.reporting.image_grids import COLUMNS, SIDE, caption
from auxiliary.reporting.image_tiles import placed
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import GREY, new_figure, set_title, styled, title_only

LETTERS = 36    # of a remark on one line


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
    add_heat_bar(fig, grid)
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


@styled
def explanation_sheet(predictions: pd.DataFrame, explained: Sequence[Mapping[str, Explanation]]) -> Figure:
    """Test images, and beside each the same in grey under the evidence for its predicted class, found in several ways.

    Args:
        predictions: one row per image, at least one.
        explained: for each image what each way gives, by the name of the way.
    """
    names, ways = Names(classes(predictions)), list(explained[0])
    fig = new_figure(2.1 * COLUMNS, 1.3 + 3.1 * len(predictions), names)
    grid = fig.subplots(len(predictions), 1 + len(ways), squeeze=False)
    for axes, title in zip(grid[0], ("image", *ways), strict=True):
        axes.set_title(title, fontsize=12, pad=4)
    for (first, *others), (_, row), found in zip(grid, predictions.iterrows(), explained, strict=True):
        image, area = placed(row["filepath"], SIDE)
        caption(first, row, names, image)
        for axes, way in zip(others, ways, strict=True):
            _explanation(axes, image, area, found[way])
    add_heat_bar(fig, grid)
    # Room between the titles of the figure and of the columns.
    fig.get_layout_engine().set(h_pad=0.12)
    set_title(fig, f"Evidence for the predicted class, found in {len(ways):,} ways")
    return fig


def _explanation(axes: Axes, image: np.ndarray, area: tuple[slice, slice], found: Explanation) -> None:
    """The image under its heat map, or nothing where there is none, and the remark below."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.imshow(np.full_like(image, 255) if found.heat is None else overlaid(image, found.heat, area))
    axes.set_xlabel(fill(found.remark, LETTERS), fontsize=9, loc="left", color=GREY)
