"""Figures of all results of one data set: test accuracies with intervals, and the trade-off with size and time."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted, duration
from auxiliary.reporting.axes import log_ticks
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, VERMILLION, new_figure, set_title, styled
from auxiliary.runs.labels import comparable, labelled, ranked
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER

COLOURS = {SCRATCH: VERMILLION, TRANSFER: BLUE}
MARKERS = {SCRATCH: "s", TRANSFER: "o"}
ENDS = ["accuracy_low", "accuracy", "accuracy_high"]


@styled
def comparison_figure(results: pd.DataFrame, chance: float) -> Figure:
    """Test accuracy of every row with its 95% interval, best validation accuracy on top.

    The axis reaches as far as the results do, so that they can be told apart.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them. A row of several seeds shows
            their lowest and highest accuracy instead of the interval.
        chance: the accuracy of guessing, 0 to 1, drawn as a line; where it lies beyond the axis, a text below it
            says so.
    """
    rows, names = _with_ranks(comparable(ranked(results))), Names()
    fig = new_figure(9, 1.9 + 0.36 * len(rows), names)
    axes = fig.subplots()
    # The median of lower end, accuracy and upper end is the accuracy; the 0th and 100th percentiles are the ends.
    ends = rows.assign(position=rows.index).melt(["position", "stage"], ENDS).astype({"value": float})
    sns.pointplot(ends, x="value", y="position", hue="stage", orient="y", native_scale=True, estimator="median",
                  errorbar=("pi", 100), hue_order=list(LABELS), palette=COLOURS, markers=list(MARKERS.values()),
                  linestyle="none", capsize=0.3, err_kws={"linewidth": 1.5}, legend=False, ax=axes,
                  # Seeds often lie closer together than an interval is wide.
                  markersize=7 if _several_seeds(rows).empty else 4)
    for position, row in rows.iterrows():
        axes.annotate(f"{row['accuracy']:.3f}", (1.02, position), xycoords=("axes fraction", "data"), va="center")
    low, high = _limits(rows)
    lines = _chance_line(axes, chance) if low <= chance <= high else []
    axes.set_yticks(range(len(rows)), _labels(rows, names))
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlim=(low, high), ylabel="",
             xlabel=_x_label(rows) + ("" if lines else _chance_beyond(chance, low)))
    axes.grid(axis="y", color=LIGHT_GREY)
    axes.tick_params(left=False)
    _legend(fig, lines, rows)
    set_title(fig, f"{_number(rows)} on {_dataset(rows, names)}, best validation accuracy on top")
    return fig


@styled
def tradeoff_figure(results: pd.DataFrame) -> Figure:
    """Test accuracy against the number of parameters (log scale); the area of a marker is the training time.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them.
    """
    rows, names = _with_ranks(comparable(ranked(results)).dropna(subset="parameters")), Names()
    rows = rows.sort_values("accuracy", ascending=False, kind="stable", ignore_index=True)
    seconds = rows["train_seconds"].astype(float)
    # Means over seeds have pandas' own types; a time that is unknown gets the smallest marker.
    table = rows[["stage"]].assign(parameters=rows["parameters"].astype(float), seconds=seconds.fillna(0),
                                   accuracy=rows["accuracy"].astype(float))
    fig = new_figure(10, max(4.8, 1.6 + 0.3 * len(rows)), names)
    axes = fig.subplots()
    _parameter_axis(axes, table["parameters"])
    sns.scatterplot(table, x="parameters", y="accuracy", hue="stage", style="stage", palette=COLOURS, markers=MARKERS,
                    size="seconds", sizes=(40, 600), size_norm=(0, max(table["seconds"].max(), 1e-9)), alpha=0.65,
                    edgecolor="white", legend=False, ax=axes)
    _labels_beside(axes, rows, _labels(rows, names))
    axes.set(xlabel="parameters", ylabel="test accuracy")
    axes.margins(y=0.1)
    axes.grid(color=LIGHT_GREY)
    _legend(fig, [], rows)
    set_title(fig, f"Accuracy and size of {_number(rows)} on {_dataset(rows, names)}; "
                   f"area: own training time{_span(seconds)}")
    return fig


def _with_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """Some rows of `ranked` results with their rank, from 1, which is also that of the tables; `UserError` if none."""
    if rows.empty:
        raise UserError("there is no finished run to draw yet: train an experiment first")
    return rows.assign(rank=rows.index + 1).reset_index(drop=True)


def _labels(rows: pd.DataFrame, names: Names) -> list[str]:
    return [names.text(name, f"(rank {rank})") for name, rank in zip(labelled(rows), rows["rank"], strict=True)]


def _dataset(rows: pd.DataFrame, names: Names) -> str:
    return names.text(rows["dataset"][0], "(data set)")


def _legend(fig: Figure, handles: list[Line2D], rows: pd.DataFrame) -> None:
    """A legend below the axes: `handles`, then the stages that occur."""
    stages = [Line2D([], [], linestyle="none", markersize=8, color=COLOURS[stage], marker=MARKERS[stage],
                     label=label) for stage, label in LABELS.items() if (rows["stage"] == stage).any()]
    fig.legend(handles=[*handles, *stages], loc="outside lower left", ncols=len(handles) + len(stages))


def _several_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that stand for several seeds."""
    return rows[rows["seeds"] > 1] if "seeds" in rows else rows.head(0)


def _number(rows: pd.DataFrame) -> str:
    if _several_seeds(rows).empty:
        return counted(len(rows), "run")
    return f"{counted(len(rows), 'experiment')} ({counted(rows['seeds'].sum(), 'run')})"


def _x_label(rows: pd.DataFrame) -> str:
    several = len(_several_seeds(rows))
    if several == len(rows):
        return "mean test accuracy of the seeds, with the lowest and highest"
    return "test accuracy, with its 95% interval" + (", or the lowest and highest of the seeds" if several else "")


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of the axis: those of all intervals, and a margin."""
    low, high = rows[ENDS].min().min(), rows[ENDS].max().max()
    margin = max(0.05 * (high - low), 0.01)
    return max(0.0, low - margin), min(1.0, high + margin)


def _chance_line(axes: Axes, chance: float) -> list[Line2D]:
    return [axes.axvline(chance, color=GREY, linestyle="--", linewidth=1.5, label=f"chance ({chance:.3f})")]


def _chance_beyond(chance: float, low: float) -> str:
    return f"\nchance, {chance:.3f}, lies further to the {'left' if chance < low else 'right'}"


def _parameter_axis(axes: Axes, parameters: pd.Series) -> None:
    axes.set(xscale="log", xlim=(parameters.min() / 2, parameters.max() * 2))
    log_ticks(axes.xaxis, LogLocator(subs=(1, 2, 5), numticks=8), _rounded)


def _rounded(number: float) -> str:
    """`number` in thousands or millions, such as `500 k` or `4.8 M`."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def _labels_beside(axes: Axes, rows: pd.DataFrame, labels: list[str]) -> None:
    """Names to the right of the axes, evenly spaced so that none overlap, each with a thin line to its marker."""
    for (i, row), label in zip(rows.iterrows(), labels, strict=True):
        axes.annotate(label, (float(row["parameters"]), row["accuracy"]), fontsize=10, va="center",
                      xytext=(1.04, 1 - (i + 0.5) / len(rows)), textcoords="axes fraction",
                      arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0,
                                  "shrinkB": 0, "relpos": (0, 0.5)})


def _span(seconds: pd.Series) -> str:
    known = sorted(seconds.dropna())
    ends = dict.fromkeys(duration(end) for end in (*known[:1], *known[-1:]))
    return f" ({' to '.join(ends)})" if ends else " (unknown)"
