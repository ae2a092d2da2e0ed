"""Test accuracies of all results of one data set, with their intervals."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import (
    COLOURS,
    MARKERS,
    add_legend,
    dataset_of,
    labels_of,
    name_rows,
    number_of,
    several_seeds,
    with_ranks,
)
from auxiliary.reporting.style import GREY, LIGHT_GREY, NARROW, new_figure, set_title, styled
from auxiliary.runs.labels import comparable, ranked
from auxiliary.runs.result import LABELS

ENDS = ["accuracy_low", "accuracy", "accuracy_high"]
MOST = 24     # rows drawn
EACH = 12     # of more rows, the best of each stage


@styled
def comparison_figure(results: pd.DataFrame, chance: float | None, narrow: bool = False) -> Figure:
    """Test accuracy of every row with its 95% interval, best validation accuracy on top.

    The axis reaches as far as the results do, so that they can be told apart. Of more than 24 rows the 12 best of each
    stage are drawn.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them. A row of several seeds shows
            their lowest and highest accuracy instead of the interval.
        chance: the accuracy of guessing, 0 to 1, drawn as a line; where it lies beyond the axis, a text below it
            says so. None where it is not known.
        narrow: whether to draw it for a phone, with names above the intervals.
    """
    every, names = with_ranks(comparable(ranked(results))), Names()
    rows = every if len(every) <= MOST else every.groupby("stage").head(EACH).reset_index(drop=True)
    fig = new_figure(NARROW, 1.9 + 0.5 * len(rows), names) if narrow else new_figure(9, 1.9 + 0.36 * len(rows), names)
    axes = fig.subplots()
    _draw_intervals(axes, rows)
    for position, row in rows.iterrows():
        axes.annotate(f"{row['accuracy']:.3f}", (1.02, position), xycoords=("axes fraction", "data"), va="center")
    low, high = _limits(rows)
    known = chance is not None
    lines = _chance_line(axes, chance) if known and low <= chance <= high else []
    name_rows(axes, labels_of(rows, names), narrow)
    axes.set(ylim=(len(rows) - 0.5, -0.7 if narrow else -0.5), xlim=(low, high), ylabel="",
             xlabel=_x_label(rows) + (_chance_beyond(chance, low) if known and not lines else ""))
    axes.grid(axis="y", color=LIGHT_GREY)
    axes.tick_params(left=False)
    add_legend(fig, lines, rows)
    which = "" if len(rows) == len(every) else f";\nthe best {EACH} of each kind"
    set_title(fig, f"{number_of(every)} on {dataset_of(rows, names)}, best validation accuracy on top{which}")
    return fig


def _draw_intervals(axes: Axes, rows: pd.DataFrame) -> None:
    # The median of lower end, accuracy and upper end is the accuracy; the 0th and 100th percentiles are the ends.
    ends = rows.assign(position=rows.index).melt(["position", "stage"], ENDS).astype({"value": float})
    sns.pointplot(ends, x="value", y="position", hue="stage", orient="y", native_scale=True, estimator="median",
                  errorbar=("pi", 100), hue_order=list(LABELS), palette=COLOURS, markers=list(MARKERS.values()),
                  linestyle="none", capsize=0.3, err_kws={"linewidth": 1.5}, legend=False, ax=axes,
                  # Seeds often lie closer together than an interval is wide.
                  markersize=7 if several_seeds(rows).empty else 4)


def _x_label(rows: pd.DataFrame) -> str:
    several = len(several_seeds(rows))
    if several == len(rows):
        return "mean test accuracy of the seeds,\nwith the lowest and highest"
    return "test accuracy, with its 95% interval" + (",\nor the lowest and highest of the seeds" if several else "")


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of the axis: those of all intervals, and a margin."""
    low, high = rows[ENDS].min().min(), rows[ENDS].max().max()
    margin = max(0.05 * (high - low), 0.01)
    return max(0.0, low - margin), min(1.0, high + margin)


def _chance_line(axes: Axes, chance: float) -> list[Line2D]:
    return [axes.axvline(chance, color=GREY, linestyle="--", linewidth=1.5, label=f"chance ({chance:.3f})")]


def _chance_beyond(chance: float, low: float) -> str:
    return f"\nchance, {chance:.3f}, lies further to the {'left' if chance < low else 'right'}"
