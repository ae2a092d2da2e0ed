"""All runs of one data set side by side, as figures; its table and sentence are in `comparison`."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted, duration, short
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, VERMILLION, new_figure, styled
from auxiliary.runs.labels import comparable, labelled, ranked
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER

LOOKS = {SCRATCH: {"color": VERMILLION, "marker": "s"}, TRANSFER: {"color": BLUE, "marker": "o"}}


@styled
def comparison_figure(results: pd.DataFrame, chance: float) -> Figure:
    """Test accuracy of every run with its 95% interval, best validation accuracy on top.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` gives them; of several seeds together the
            lowest and highest take the place of the interval.
        chance: the accuracy of guessing, 0 to 1, drawn as a line.
    """
    rows = ranked(_some(comparable(results)))
    fig = new_figure(9, 1.9 + 0.36 * len(rows))
    axes = fig.subplots()
    # Seeds often lie closer together than an interval is wide.
    size = 7 if _several(rows).empty else 4
    for stage, group in rows.groupby("stage"):
        whiskers = np.abs(group[["accuracy_low", "accuracy_high"]].sub(group["accuracy"], axis=0)).T
        axes.errorbar(group["accuracy"], group.index, xerr=whiskers.to_numpy(float), linestyle="none",
                      capsize=4, elinewidth=1.5, markersize=size, label=LABELS[stage], **LOOKS[stage])
    for position, row in rows.iterrows():
        axes.annotate(f"{row['accuracy']:.3f}", (1.02, position), xycoords=("axes fraction", "data"),
                      va="center")
    axes.axvline(chance, color=GREY, linestyle="--", linewidth=1.5, label=f"chance ({chance:.3f})")
    axes.set_yticks(range(len(rows)), [short(name) for name in labelled(rows)])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlim=_limits(rows, chance),
             xlabel=_measured(rows))
    axes.grid(axis="y", color=LIGHT_GREY)
    axes.tick_params(left=False)
    _headed(fig, axes, f"{_number(rows)} on {rows['dataset'][0]}, best validation accuracy on top")
    return fig


@styled
def tradeoff_figure(results: pd.DataFrame) -> Figure:
    """Test accuracy against the number of parameters (log scale); area is training time.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` gives them.
    """
    rows = _some(comparable(results).dropna(subset="parameters"))
    rows = rows.sort_values("accuracy", ascending=False, kind="stable", ignore_index=True)
    fig = new_figure(10, max(4.8, 1.6 + 0.3 * len(rows)))
    axes = fig.subplots()
    size = _areas(rows["train_seconds"])
    for stage, group in rows.groupby("stage"):
        axes.scatter(group["parameters"].astype(float), group["accuracy"], s=size[group.index], alpha=0.65,
                     edgecolor="white", label=LABELS[stage], **LOOKS[stage])
    _parameter_axis(axes, rows["parameters"].astype(float))
    _labels_beside(axes, rows)
    axes.set_ylabel("test accuracy")
    axes.margins(y=0.1)
    axes.grid(color=LIGHT_GREY)
    _headed(fig, axes, f"Accuracy and size of {_number(rows)} on {rows['dataset'][0]}; "
                       f"area: own training time{_span(rows['train_seconds'])}")
    return fig


def _some(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        raise UserError("there is no finished run to draw yet: train a row first")
    return rows


def _headed(fig: Figure, axes: Axes, title: str) -> None:
    """A title, and below it a legend outside the axes, its markers all of one size."""
    handles, labels = axes.get_legend_handles_labels()
    looks = {label: LOOKS[stage] for stage, label in LABELS.items()}
    handles = [Line2D([], [], linestyle="none", markersize=8, **looks[label]) if label in looks else handle
               for handle, label in zip(handles, labels, strict=True)]
    fig.suptitle(title, x=0.01, ha="left")
    fig.legend(handles, labels, loc="outside lower left", ncols=len(labels))


def _several(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that stand for several seeds."""
    return rows[rows["seeds"] > 1] if "seeds" in rows else rows.head(0)


def _number(rows: pd.DataFrame) -> str:
    if _several(rows).empty:
        return counted(len(rows), "run")
    return f"{counted(len(rows), 'row')} ({counted(rows['seeds'].sum(), 'run')})"


def _measured(rows: pd.DataFrame) -> str:
    """What is drawn: a mark and the whiskers around it."""
    several = len(_several(rows))
    if several == len(rows):
        return "mean test accuracy of the seeds, with the lowest and highest"
    return "test accuracy, with its 95% interval" + (", or the lowest and highest of the seeds" if several else "")


def _limits(rows: pd.DataFrame, chance: float) -> tuple[float, float]:
    seen = rows[["accuracy_low", "accuracy", "accuracy_high"]]
    return max(0.0, min(chance, seen.min().min()) - 0.05), min(1.0, seen.max().max() + 0.05)


def _areas(seconds: pd.Series) -> np.ndarray:
    """Marker areas in square points: 40 for no time at all, 600 for the longest training."""
    return 40 + 560 * (seconds / max(seconds.max(), 1e-9)).fillna(0).to_numpy()


def _parameter_axis(axes: Axes, parameters: pd.Series) -> None:
    axes.set(xscale="log", xlabel="parameters", xlim=(parameters.min() / 2, parameters.max() * 2))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=8))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: _rounded(number)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _rounded(number: float) -> str:
    """`number` in thousands or millions, such as `500 k` or `4.8 M`."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def _labels_beside(axes: Axes, rows: pd.DataFrame) -> None:
    """Names right of the axes, evenly spaced so that none overlap, a thin line to each point."""
    for (i, row), name in zip(rows.iterrows(), labelled(rows), strict=True):
        axes.annotate(short(name), (float(row["parameters"]), row["accuracy"]), fontsize=10, va="center",
                      xytext=(1.04, 1 - (i + 0.5) / len(rows)), textcoords="axes fraction",
                      arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0,
                                  "shrinkB": 0, "relpos": (0, 0.5)})


def _span(seconds: pd.Series) -> str:
    known = sorted(seconds.dropna())
    ends = dict.fromkeys(duration(end) for end in (*known[:1], *known[-1:]))
    return f" ({' to '.join(ends)})" if ends else " (not known)"
