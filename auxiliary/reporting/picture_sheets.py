"""Single pictures side by side, each with what a model says of it."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.errors import unknown
from auxiliary.evaluation.metrics import classes
from auxiliary.evaluation.showcase import at_random, surest_mistakes
from auxiliary.reporting.pictures import tile
from auxiliary.reporting.style import BLUE, VERMILLION, counted, new_figure, short, styled

COLUMNS = 5    # pictures side by side in a sheet
SIDE = 224     # pixels of each


def prediction_sheet(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> Figure:
    """`n` test pictures, chosen at random, with what the model says of them and how sure it is (0 to 1)."""
    chosen = at_random(predictions, n, random_state)
    right = int((chosen["category"] == chosen["predicted"]).sum())
    return captioned_sheet(chosen, f"{counted(len(chosen), 'test picture')} chosen at random: {right} right (✓), "
                                   f"{len(chosen) - right} wrong (✗)")


def mistakes_sheet(predictions: pd.DataFrame, n: int = 10, category: str | None = None) -> Figure:
    """The `n` wrong predictions that the model was surest of.

    Args:
        predictions: what the model says of each test picture.
        n: how many to show, or as many as there are.
        category: only those on pictures that are of this class.

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
    return captioned_sheet(chosen, f"{which} in {counted(len(predictions), 'test picture')}{of_class}")


@styled
def captioned_sheet(rows: pd.DataFrame, title: str) -> Figure:
    """The pictures of some rows of a predictions frame, five a line, each with its `caption`.

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


def caption(axes: Axes, row: pd.Series, picture: np.ndarray | None = None) -> None:
    """A picture with what a model says of it, so that right and wrong differ in more than colour.

    Right: tick, plain blue frame, one line. Wrong: cross, dashed red frame and the true class.

    Args:
        axes: what to draw into.
        row: a row of a predictions frame.
        picture: what to show instead of the row's file, as `imshow` takes it.
    """
    right = row["category"] == row["predicted"]
    axes.imshow(tile(row["filepath"], SIDE) if picture is None else picture)
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, linewidth=2.5, color=BLUE if right else VERMILLION,
                       linestyle="-" if right else (0, (3, 2)))
    says = f"{'✓' if right else '✗'} {short(row['predicted'], 17)} {row['confidence']:.2f}"
    axes.set_xlabel(says if right else f"{says}\nis {short(row['category'], 21)}", fontsize=10,
                    loc="left", color=BLUE if right else VERMILLION)
