"""Validation accuracy over one number that a grid varies."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from auxiliary.reporting.axes import log_scale
from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import COLOURS
from auxiliary.reporting.style import GREY, LIGHT_GREY, NARROW, new_figure, styled
from auxiliary.reporting.sweep import BEST, Sweep, heading
from auxiliary.reporting.sweep_map import map_figure, set_sweep_title

SPAN = 8     # largest value by the smallest from which an axis is logarithmic; that of learning rates always is
TICKS = 7    # values that an axis names one by one


def sweep_figure(sweep: Sweep, narrow: bool = False) -> Figure | None:
    """The figure of a sweep over one number, or over two settings of any kind; None for any other one.

    Args:
        sweep: what is drawn.
        narrow: whether to draw it for a phone.
    """
    if sweep.rows["accuracy"].isna().all():
        return None
    if len(sweep.varied) == 1 and pd.api.types.is_numeric_dtype(sweep.rows[sweep.varied[0]]):
        return line_figure(sweep, narrow)
    return map_figure(sweep, narrow) if len(sweep.varied) == 2 else None


@styled
def line_figure(sweep: Sweep, narrow: bool = False) -> Figure:
    """Validation accuracy over a number with its 95% interval, or the lowest and highest of several seeds.

    What is worse than the best by more than chance explains is grey.

    Args:
        sweep: one that varies one number; at least one of its rows has an accuracy.
        narrow: whether to draw it for a phone.
    """
    names = Names()
    name, = sweep.varied
    fig = new_figure(NARROW if narrow else 9, 4.2, names)
    axes = fig.subplots()
    rows = sweep.rows.assign(verdict=sweep.verdicts).dropna(subset=["accuracy", name]).sort_values(name)
    axes.plot(rows[name].astype(float), rows["accuracy"], color=LIGHT_GREY, zorder=1)
    for _, row in rows.iterrows():
        colour, best = COLOURS[row["stage"]] if row["verdict"] else GREY, row["verdict"] == BEST
        axes.vlines(row[name], row["accuracy_low"], row["accuracy_high"], color=colour, linewidth=1.5)
        axes.plot(row[name], row["accuracy"], "D" if best else "o", color=colour, markersize=9 if best else 6)
        axes.annotate(f"{row['accuracy']:.3f}", (row[name], row["accuracy_high"]), (0, 4), ha="center", va="bottom",
                      textcoords="offset points", fontsize=10, fontweight="bold" if best else "normal")
    _scale(axes, rows[name].astype(float))
    axes.margins(x=0.08, y=0.12)
    axes.grid(axis="y", color=LIGHT_GREY)
    axes.set(xlabel=f"{heading(name)}; grey: worse than the best\nby more than chance explains",
             ylabel="validation accuracy")
    set_sweep_title(fig, sweep, names, fig.get_figwidth())
    return fig


def _scale(axes: Axes, values: pd.Series) -> None:
    """A logarithmic axis where values span orders of magnitude; few values are its ticks."""
    if values.min() > 0 and (values.name == "learning_rate" or values.max() / values.min() >= SPAN):
        log_scale(axes.xaxis)
    if values.nunique() <= TICKS:
        axes.set_xticks(sorted(set(values)), [f"{value:g}" for value in sorted(set(values))])
        axes.xaxis.set_minor_locator(NullLocator())
