"""Axes of whole epochs, and logarithmic ones."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter


def epoch_axis(axes: Axes, epochs: int) -> None:
    """Make the horizontal axis one of whole epochs, from 1 to `epochs`."""
    axes.set(xlabel="epoch", xlim=(0.5, max(epochs, 1) + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def log_ticks(axis: Axis, locator: LogLocator, text: Callable[[float], str]) -> None:
    """Label the ticks of a logarithmic axis with `text` of their values instead of powers of ten."""
    axis.set_major_locator(locator)
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axis.set_minor_formatter(NullFormatter())
