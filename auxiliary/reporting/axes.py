"""Axes of whole epochs, logarithmic ones, and names beside axes."""

from collections.abc import Callable, Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from auxiliary.reporting.style import GREY


def epoch_axis(axes: Axes, epochs: int) -> None:
    """Make the horizontal axis one of whole epochs, from 1 to `epochs`."""
    axes.set(xlabel="epoch", xlim=(0.5, max(epochs, 1) + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def log_scale(axis: Axis, text: Callable[[float], str] = "{:g}".format, locator: LogLocator | None = None) -> None:
    """Make an axis logarithmic, its ticks labelled with `text` of their values.

    Matplotlib's own labels are formulas, which are not set here: names of classes may look like one.
    """
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(locator or LogLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axis.set_minor_formatter(NullFormatter())


def labels_beside(axes: Axes, points: Iterable[tuple[float, float]], labels: Sequence[str]) -> None:
    """Names to the right of the axes, evenly spaced so that none overlap, each with a thin line to its point.

    Args:
        axes: the axes that show the points.
        points: the place of each in data coordinates, the highest first, so that lines seldom cross.
        labels: the name of each point.
    """
    for place, (point, label) in enumerate(zip(points, labels, strict=True)):
        axes.annotate(label, point, fontsize=10, va="center", zorder=1, textcoords="axes fraction",
                      xytext=(1.04, 1 - (place + 0.5) / len(labels)),
                      arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0,
                                  "relpos": (0, 0.5)})
