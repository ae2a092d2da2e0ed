"""The mistakes among many classes: a map of all pairs, and a list of the commonest; its size is always the same."""

import math

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from auxiliary.core.text import counted, percent
from auxiliary.evaluation.metrics import confusion, confusions
from auxiliary.evaluation.predictions import classes
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import GREY, NARROW, new_figure, set_title, styled

SHADES = colormaps["Blues"]
INCHES = 13, 6.4
CELLS = 200    # rows and columns of the map, at most
ROWS = 20      # of the list, at most
# The columns of the list: heading, place from 0 to 1, and side.
COLUMNS = [("true class", 0.0, "left"), ("taken for", 0.41, "left"), ("images", 0.87, "right"), ("share", 1.0, "right")]
TICKS = [0, 0.01, 0.05, 0.2, 0.5, 1]


@styled
def confusion_map(predictions: pd.DataFrame) -> Figure:
    """Shares of the true class by true and predicted class without names, and beside them the commonest mistakes.

    Args:
        predictions: one row per test image.
    """
    names = Names(classes(predictions))
    fig = new_figure(*INCHES, names)
    left, right = fig.subplots(1, 2)
    _map(fig, left, confusion(predictions).to_numpy())
    _list(right, confusions(predictions, ROWS), names)
    set_title(fig, mistakes_title(predictions, names))
    return fig


@styled
def pairs_map(predictions: pd.DataFrame) -> Figure:
    """The map of `confusion_map` alone, which a phone can show.

    Args:
        predictions: one row per test image.
    """
    names = Names(classes(predictions))
    fig = new_figure(NARROW, 5, names)
    _map(fig, fig.subplots(), confusion(predictions).to_numpy())
    set_title(fig, mistakes_title(predictions, names))
    return fig


def mistakes_title(predictions: pd.DataFrame, names: Names) -> str:
    """The share of correct predictions, and the most common mistake, if there is one."""
    correct = (predictions["category"] == predictions["predicted"]).mean()
    title = f"{percent(correct)} of {counted(len(predictions), 'test image')} correct"
    for row in confusions(predictions, most=1).itertuples():
        title += (f";\nmost common mistake, {counted(row.images, 'time')}:\n"
                  f"{names.category(row.category, 20)} predicted as {names.category(row.predicted, 20)}")
    return title


def _map(fig: Figure, axes: Axes, counts: np.ndarray) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    step = math.ceil(len(shares) / CELLS)
    cells = _largest(shares, step)
    edge = step * len(cells) - 0.5
    # The square root as a scale: mistakes are rare next to correct answers.
    image = axes.imshow(cells, cmap=SHADES, norm=PowerNorm(0.5, vmin=0, vmax=1), extent=(-0.5, edge, edge, -0.5),
                        interpolation="nearest")
    axes.set(xlim=(-0.5, len(shares) - 0.5), ylim=(len(shares) - 0.5, -0.5), xlabel="predicted class (its number)",
             ylabel="true class (its number)")
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, integer=True))
    label = "share of the true class" + (f", the largest of {step} × {step} pairs" if step > 1 else "")
    fig.colorbar(image, ax=axes, shrink=0.8, label=label, ticks=TICKS, format=PercentFormatter(1))


def _largest(shares: np.ndarray, step: int) -> np.ndarray:
    """The largest share in each square of `step` by `step` pairs."""
    starts = range(0, len(shares), step)
    return np.maximum.reduceat(np.maximum.reduceat(shares, starts, axis=0), starts, axis=1)


def _list(axes: Axes, commonest: pd.DataFrame, names: Names) -> None:
    axes.set_axis_off()
    lines = [[names.category(row.category, 20), names.category(row.predicted, 20), f"{row.images:,}",
              f"{row.share:.0%}"] for row in commonest.itertuples()]
    for number, line in enumerate([[heading for heading, _, _ in COLUMNS], *lines] if lines else []):
        for text, (_, place, side) in zip(line, COLUMNS, strict=True):
            axes.text(place, 1 - number / ROWS, text, ha=side, va="center", fontsize=10,
                      color=GREY if number == 0 else "black", transform=axes.transAxes)
