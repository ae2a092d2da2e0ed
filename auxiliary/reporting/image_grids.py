"""Grids of single images, each with its prediction or with its suspect label."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.core.errors import unknown
from auxiliary.core.text import counted
from auxiliary.evaluation.predictions import at_random, classes, most_confident_mistakes, one_per_group
from auxiliary.reporting.image_tiles import tile
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, VERMILLION, new_figure, set_title, styled, title_only

COLUMNS = 5    # images side by side
SIDE = 224     # pixels of each
LETTERS = 25   # of a path on one line


def prediction_sheet(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> Figure:
    """`n` test images, chosen at random, with their predicted class and its confidence (0 to 1)."""
    names, chosen = Names(classes(predictions)), at_random(predictions, n, random_state)
    correct = int((chosen["category"] == chosen["predicted"]).sum())
    return captioned_sheet(chosen, f"{counted(len(chosen), 'test image')} chosen at random: {correct} correct (✓), "
                                   f"{len(chosen) - correct} wrong (✗)", names)


def mistakes_sheet(predictions: pd.DataFrame, n: int = 10, category: str | None = None) -> Figure:
    """The `n` most confident mistakes; of near-duplicates the most confident one, if the column `group` tells them.

    Args:
        predictions: one row per test image.
        n: how many to show, or as many as there are.
        category: only images of this class.

    Raises:
        UserError: when there is no such class.
    """
    names = Names(classes(predictions))
    if category is not None:
        if category not in classes(predictions):
            raise unknown("class", category, classes(predictions))
        predictions = predictions[predictions["category"] == category]
    chosen = most_confident_mistakes(predictions).head(n)
    of_class = "" if category is None else f" of {names.category(category, 24)}"
    return captioned_sheet(chosen, _mistakes(predictions, len(chosen), of_class), names)


def _mistakes(predictions: pd.DataFrame, shown: int, of_class: str) -> str:
    """The number of mistakes, how many of them are shown, and whether near-duplicates are left out."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    number = counted(len(wrong), "mistake") if len(wrong) else "No mistakes"
    if shown < len(wrong):
        number = f"The {shown:,} most confident of {number}"
    title = f"{number} in {counted(len(predictions), 'test image')}{of_class}"
    different = len(one_per_group(wrong))
    return title if different == len(wrong) else f"{title}, near-duplicates once"


@styled
def captioned_sheet(predictions: pd.DataFrame, title: str, names: Names) -> Figure:
    """The images of a predictions frame in order, five side by side, each with its `caption`; none: the title alone.

    Below the captions stand the paths of the user's own files, if the column `original` tells them.
    """
    if predictions.empty:
        return title_only(2.1 * COLUMNS, title, names)
    lines = math.ceil(len(predictions) / COLUMNS)
    tall = 2.35 if "original" not in predictions else 3.2
    fig = new_figure(2.1 * COLUMNS, 0.6 + tall * lines, names)
    grid = fig.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (_, row) in zip(grid, predictions.iterrows(), strict=False):
        caption(axes, row, names)
        _add_file(axes, row, names)
    set_title(fig, title)
    return fig


def caption(axes: Axes, row: pd.Series, names: Names, image: np.ndarray | None = None) -> None:
    """An image with its prediction; correct and wrong differ in more than colour.

    Correct: tick, solid blue frame, one line. Wrong: cross, dashed red frame, and the true class.

    Args:
        axes: where to draw.
        row: a row of a predictions frame.
        names: of the classes.
        image: an image to show instead of the row's file, as `imshow` takes it.
    """
    correct = row["category"] == row["predicted"]
    axes.imshow(tile(row["filepath"], SIDE) if image is None else image)
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, linewidth=2.5, color=BLUE if correct else VERMILLION,
                       linestyle="-" if correct else (0, (3, 2)))
    text = f"{'✓' if correct else '✗'} {names.category(row['predicted'], 17)} {row['confidence']:.2f}"
    axes.set_xlabel(text if correct else f"{text}\nis {names.category(row['category'], 21)}", fontsize=10,
                    loc="left", color=BLUE if correct else VERMILLION)


def _add_file(axes: Axes, row: pd.Series, names: Names) -> None:
    """The path of the user's own file below a caption, if it is known."""
    if row.get("original", ""):
        file = names.path(row["original"], f"(file {row.name})", LETTERS)
        axes.xaxis.label.set_text(f"{axes.get_xlabel()}\n{file}")


def suspect_sheet(suspects: pd.DataFrame, categories: Sequence[str], n: int = 10) -> Figure:
    """The `n` most suspicious labels, each below its image with the class that the other images suggest.

    Of near-duplicates the most suspicious one is shown.

    Args:
        suspects: the table that `suspect_labels` returns, the most suspicious first.
        categories: all classes in the order of their labels.
        n: how many to show, or as many as there are; an empty table gives a figure with the title alone.
    """
    different = one_per_group(suspects)
    chosen = different.head(n)
    shown = counted(len(suspects), "suspect label") if len(suspects) else "No suspect labels"
    if len(suspects) > len(chosen):
        shown = f"The {len(chosen):,} most suspicious of {shown}"
    if len(suspects) > len(different):
        shown += ", near-duplicates once"
    names = Names(categories)
    fig = captioned_sheet(chosen.rename(columns={"suggested": "predicted"}), shown, names)
    for axes, (_, row) in zip(fig.axes, chosen.iterrows(), strict=False):
        axes.xaxis.label.set_text(f"labelled {names.category(row['category'], 18)}\n"
                                  f"suggested {names.category(row['suggested'], 13)} {row['confidence']:.2f}")
        _add_file(axes, row, names)
    return fig
