"""A convolution by hand at one position, and a network's own filters by the formula and by Keras."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import ConnectionPatch, Rectangle

from auxiliary.core.text import counted
from auxiliary.evaluation.convolution import convolve
from auxiliary.reporting.style import BLUE, GREY, ORANGE, VERMILLION, new_figure, set_title, styled, title_only

EDGE = np.array([[-1, 0, 1]] * 3)    # responds where dark turns bright from left to right
COLUMNS = 4
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "white", ORANGE])
NONE = "No filters to show: the network of this run does not begin with a convolution"


@styled
def convolution_figure(arrays: dict[str, np.ndarray]) -> Figure:
    """A filter applied by hand at one position of an image, then a network's first filters by formula and by Keras.

    Values without a sign are grey, with black for 0; values with a sign are blue below 0, white at 0 and orange above.

    Args:
        arrays: from `first_convolution`; if empty, the figure is a title that tells so.
    """
    if not arrays:
        return title_only(10.4, NONE)
    fig = new_figure(10.4, 10.3)
    fig.get_layout_engine().set(w_pad=0.1)
    above, below = fig.subfigures(2, 1, height_ratios=(0.97, 2))
    _by_hand(above, arrays["image"])
    _by_both(below, arrays)
    return fig


def _by_hand(fig: SubFigure, image: np.ndarray) -> None:
    """The position of the edge filter's largest output: its pixels, the weights, and the place of their sum."""
    grey = image.mean(axis=2).round()
    output = convolve(grey[..., None], EDGE[..., None, None], np.zeros(1))[..., 0]
    row, column = np.unravel_index(output.argmax(), output.shape)
    pixels = grey[row:row + 3, column:column + 3]
    axes = fig.subplots(1, COLUMNS)
    _show(axes[0], grey, 255, title="an image in grey")
    _show(axes[1], pixels, 255, title="nine pixels, 0 to 255", numbers=True)
    _show(axes[2], EDGE, 2, signed=True, title="times nine weights", numbers=True)
    _show(axes[3], output, np.abs(output).max(), signed=True, title="their sum, at every position")
    _zoom(fig, axes[0], (column - 0.5, row - 0.5), 3, axes[1])
    _zoom(fig, axes[3], (column - 0.5, row - 0.5), 1, axes[2])
    left, right = (" + ".join(f"{value:.0f}" for value in pixels[:, side]) for side in (0, 2))
    fig.supxlabel(f"At the marked position: ({right}) − ({left}) = {output.max():.0f}. "
                  "Orange is above 0, blue below.", fontsize=12)
    set_title(fig, "A convolution by hand: right pixels minus left pixels show where dark turns bright")


def _by_both(fig: SubFigure, arrays: dict[str, np.ndarray]) -> None:
    """One column per filter: its weights, its output by the formula, and its output by Keras."""
    formula = convolve(arrays["image"] / 255, arrays["kernel"], arrays["bias"], int(arrays["stride"]),
                       str(arrays["padding"]))
    signed = not arrays["relu"]
    formula = formula if signed else np.maximum(formula, 0)
    grid = fig.subplots(3, max(COLUMNS, formula.shape[2]), height_ratios=(0.45, 1, 1))
    for filter_, (weights, by_formula, by_keras) in enumerate(grid.T):
        if filter_ >= formula.shape[2]:
            for axes in grid[:, filter_]:
                axes.set_axis_off()
            continue
        _weights(weights, arrays["kernel"][..., filter_], arrays["bias"][filter_])
        most = np.abs(formula[..., filter_]).max()
        _show(by_formula, formula[..., filter_], most, signed)
        _show(by_keras, arrays["keras"][..., filter_], most, signed)
        by_keras.set_xlabel(f"blue −{most:.2f}, orange {most:.2f}" if signed else f"black 0, white {most:.2f}",
                            fontsize=10)
    then = "" if signed else ", then ReLU"
    for axes, label in zip(grid[:, 0], ("weights", f"by the formula{then}", f"by Keras{then}"), strict=True):
        axes.set_ylabel(label)
    set_title(fig, f"{counted(formula.shape[2], 'filter')} of the network's first layer, by the formula and by Keras: "
                   f"largest difference {np.abs(formula - arrays['keras']).max():.1g}")


def _show(axes: Axes, values: np.ndarray, most: float, signed: bool = False, title: str = "",
          numbers: bool = False) -> None:
    most = most or 1    # all values may be 0
    axes.imshow(values, cmap=SIGNED if signed else "gray", vmin=-most if signed else 0, vmax=most)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.8)
    axes.set_title(title, fontsize=11)
    if numbers:
        for (row, column), value in np.ndenumerate(values):
            axes.text(column, row, f"{value:.0f}".replace("-", "−"), ha="center", va="center", fontsize=13,
                      color="black" if signed or value > most / 2 else "white")


def _weights(axes: Axes, kernel: np.ndarray, bias: float) -> None:
    """The weights for red, green and blue side by side."""
    size = len(kernel)
    gap = np.pad(kernel, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    _show(axes, gap.transpose(0, 2, 1).reshape(size, -1)[:, :-1], np.abs(kernel).max(), signed=True)
    axes.spines[:].set_visible(False)
    lefts = np.arange(3) * (size + 1) - 0.5
    for left in lefts:
        axes.add_patch(Rectangle((left, -0.5), size, size, fill=False, edgecolor=GREY, linewidth=0.8, clip_on=False))
    axes.set_xticks(lefts + size / 2, ["red", "green", "blue"], fontsize=10)
    axes.tick_params(length=0)
    axes.set_title(f"up to ±{np.abs(kernel).max():.2f}, bias {bias:z.2f}".replace("-", "−"), fontsize=10)


def _zoom(fig: SubFigure, axes: Axes, corner: tuple[float, float], side: int, target: Axes) -> None:
    """Mark a square, given by its upper left corner, and connect it by two lines to the panel beside it."""
    axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=VERMILLION, linewidth=1.5))
    to_the_right = target.get_subplotspec().colspan.start > axes.get_subplotspec().colspan.start
    for top in (False, True):
        line = ConnectionPatch(xyA=(corner[0] + side * to_the_right, corner[1] + side * (not top)), coordsA="data",
                               xyB=(not to_the_right, top), coordsB="axes fraction", axesA=axes, axesB=target,
                               color=VERMILLION, linewidth=1)
        line.set_in_layout(False)
        fig.add_artist(line)
