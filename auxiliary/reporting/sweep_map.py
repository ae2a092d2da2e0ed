"""Validation accuracy over two settings that a grid varies, as a heat map."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import LONGEST
from auxiliary.reporting.style import NARROW, VERMILLION, new_figure, set_title, styled
from auxiliary.reporting.sweep import BEST, Sweep, heading

SHADES = colormaps["Blues"]
DARK = 0.6          # of the shades, from which letters are white
DIVERGED = "div."
DOWN, LEAST = 18, 10      # letters of a value beside the cells; where there is little room, also below them
FEW = 4                   # columns that leave room on a phone
INCH, LABEL = 8, 0.8      # letters of an inch; inches of the axis's own name
CELL, WIDE = 1.3, 9.0     # inches of a cell, if there is room for it; of a figure
POINTS, WIDEST = 72, 3    # of an inch; the width of `0.000` by the size of its letters
SMALL, USUAL = 10, 11     # sizes of letters


@styled
def map_figure(sweep: Sweep, narrow: bool = False) -> Figure:
    """Validation accuracy over two settings, the best in a frame; “noise” cannot be told from it.

    Combinations without a run are blank.

    Args:
        sweep: one that varies two settings; at least one of its rows has an accuracy.
        narrow: whether to draw it for a phone.
    """
    names = Names()
    # The page is as long as need be, but not as wide.
    down, across = sorted(sweep.varied, key=lambda name: len(sweep.values(name)), reverse=True)
    rows, columns = sweep.values(down), sweep.values(across)
    letters = LEAST if narrow and len(columns) > FEW else DOWN
    beside = [names.text(text, f"(row {number})", letters) for number, text in enumerate(rows, 1)]
    margin = LABEL + max(map(len, beside)) / INCH
    width = NARROW if narrow else min(WIDE, margin + CELL * max(len(columns), 4))
    letters = int(INCH * (width - margin) / len(columns))
    below = [names.text(text, f"(column {number})", max(letters, LEAST)) for number, text in enumerate(columns, 1)]
    fig = new_figure(width, 1.7 + 0.6 * len(rows), names)
    axes = fig.subplots()
    cells = list(zip(sweep.texts[down].map(rows.index), sweep.texts[across].map(columns.index), strict=True))
    _fill(axes, (len(rows), len(columns)), cells, sweep.rows["accuracy"])
    _write(axes, cells, sweep, POINTS * (width - margin) / len(columns) / WIDEST)
    axes.set_xticks(range(len(columns)), below, rotation=90 if max(map(len, below)) > letters else 0)
    axes.set_yticks(range(len(rows)), beside)
    axes.set(xlabel=heading(across), ylabel=heading(down))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    set_sweep_title(fig, sweep, names, width)
    return fig


def set_sweep_title(fig: Figure, sweep: Sweep, names: Names, width: float) -> None:
    """The best validation accuracy, and where it is, on as many lines as a figure of `width` inches needs."""
    head = f"{names.text(sweep.name, '(grid)', LONGEST)}: validation accuracy {sweep.rows['accuracy'].iloc[0]:.3f}"
    tail, letters = f"with {sweep.best}", int(INCH * width)
    set_title(fig, f"{head} {tail}" if len(head) + len(tail) < letters else f"{head}\n{fill(tail, letters)}")


def _fill(axes: Axes, shape: tuple[int, int], cells: list[tuple[int, int]], accuracies: pd.Series) -> None:
    """A shade for each accuracy; grey where a run diverged."""
    values, known = np.full(shape, np.nan), np.zeros(shape, bool)
    for cell, accuracy in zip(cells, accuracies, strict=True):
        values[cell], known[cell] = accuracy, True
    edges = [np.arange(side + 1) - 0.5 for side in shape[::-1]]
    lost = np.where(known & np.isnan(values), 1.0, np.nan)
    axes.pcolormesh(*edges, lost, cmap=colormaps["Greys"], vmin=0, vmax=4, edgecolors="white", linewidth=1)
    axes.pcolormesh(*edges, values, cmap=SHADES, vmin=np.nanmin(values), edgecolors="white", linewidth=1,
                    vmax=max(np.nanmax(values), np.nanmin(values) + 1e-9))
    axes.invert_yaxis()


def _write(axes: Axes, cells: list[tuple[int, int]], sweep: Sweep, size: float) -> None:
    """The accuracy in each cell and what is said of it; where letters would be too small, `.904` alone."""
    tight, size = size < SMALL, min(max(size, SMALL), USUAL)
    accuracies = sweep.rows["accuracy"]
    low, span = accuracies.min(), max(accuracies.max() - accuracies.min(), 1e-9)
    for (row, column), accuracy, verdict in zip(cells, accuracies, sweep.verdicts, strict=True):
        text = f"{accuracy:.3f}".removeprefix("0") if tight else f"{accuracy:.3f}\n{verdict}".rstrip()
        text = DIVERGED if pd.isna(accuracy) else text
        axes.text(column, row, text, ha="center", va="center", fontsize=size,
                  color="white" if (accuracy - low) / span > DARK else "black")
        if verdict == BEST:
            axes.add_patch(Rectangle((column - 0.47, row - 0.46), 0.94, 0.92, fill=False, edgecolor=VERMILLION,
                                     linewidth=2.5))
