"""The trade-off between accuracy, size and training time of all results of one data set."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from auxiliary.core.text import duration
from auxiliary.reporting.axes import labels_beside, log_scale
from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import (
    COLOURS,
    MARKERS,
    add_legend,
    dataset_of,
    labels_of,
    number_of,
    with_ranks,
)
from auxiliary.reporting.style import LIGHT_GREY, NARROW, new_figure, set_title, styled
from auxiliary.runs.labels import comparable, ranked

NAMED = 14    # rows that have a name, at most
SIZES, SMALL_SIZES = (40, 600), (20, 200)    # areas of the markers; small ones where there are many


@styled
def tradeoff_figure(results: pd.DataFrame, narrow: bool = False) -> Figure:
    """Test accuracy against the number of parameters (log scale); the area of a marker is the training time.

    Of more than 14 rows some are named: those that no smaller or equally small network beats, and the best of each
    backbone and of those from scratch by validation accuracy.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them.
        narrow: whether to draw it for a phone, with ranks in place of names.
    """
    rows, names = with_ranks(comparable(ranked(results)).dropna(subset="parameters")), Names()
    rows = rows.sort_values("accuracy", ascending=False, kind="stable", ignore_index=True)
    seconds = rows["train_seconds"].astype(float)
    # Means over seeds have pandas' own types; a time that is unknown gets the smallest marker.
    table = rows[["stage"]].assign(parameters=rows["parameters"].astype(float), seconds=seconds.fillna(0),
                                   accuracy=rows["accuracy"].astype(float))
    named = rows[_is_named(rows)]
    fig = new_figure(NARROW if narrow else 10, max(4.8, 1.6 + 0.3 * len(named)), names)
    axes = fig.subplots()
    _parameter_axis(axes, table["parameters"], narrow)
    sns.scatterplot(table, x="parameters", y="accuracy", hue="stage", style="stage", palette=COLOURS, markers=MARKERS,
                    size="seconds", sizes=SIZES if len(rows) <= NAMED else SMALL_SIZES,
                    size_norm=(0, max(table["seconds"].max(), 1e-9)), alpha=0.65, edgecolor="white", legend=False,
                    ax=axes)
    labels_beside(axes, zip(named["parameters"].astype(float), named["accuracy"], strict=True),
                  named["rank"].map(str).tolist() if narrow else labels_of(named, names))
    axes.set(xlabel="parameters", ylabel="test accuracy")
    axes.margins(y=0.1)
    axes.grid(color=LIGHT_GREY)
    add_legend(fig, [], rows)
    set_title(fig, f"Accuracy and size of {number_of(rows)} on {dataset_of(rows, names)}; area: own training time"
                   f"{_span(seconds)}{_which(rows, named, 'numbered' if narrow else 'named')}")
    return fig


def _is_named(rows: pd.DataFrame) -> pd.Series:
    """Which rows, the most accurate first, have a name: of many those on the front, and the best of each family."""
    if len(rows) <= NAMED:
        return pd.Series(True, rows.index)
    # From the smallest network on, each that is more accurate than all before it.
    by_size = rows.sort_values(["parameters", "accuracy"], ascending=[True, False], kind="stable")["accuracy"]
    front = by_size[by_size > by_size.cummax().shift(fill_value=-1)].index
    best = rows.sort_values("rank").drop_duplicates(["stage", "backbone"]).index
    chosen = best.union(front, sort=False)[:NAMED]
    return rows.index.to_series().isin(chosen)


def _which(rows: pd.DataFrame, named: pd.DataFrame, how: str) -> str:
    ranks = " by rank" if how == "numbered" else ""
    if len(named) == len(rows):
        return f";\n{how}{ranks}" if ranks else ""
    return f";\n{how}{ranks} are those that no smaller network beats, and the best of each backbone and from scratch"


def _parameter_axis(axes: Axes, parameters: pd.Series, narrow: bool) -> None:
    low, high = parameters.min() / 2, parameters.max() * 2
    digits = (1,) if high > 10_000 * low else (1, 3) if narrow else (1, 2, 5)
    log_scale(axes.xaxis, _rounded, LogLocator(subs=digits, numticks=8))
    axes.set(xlim=(low, high))


def _rounded(number: float) -> str:
    """`number` in thousands or millions, such as `500 k` or `4.8 M`."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def _span(seconds: pd.Series) -> str:
    known = sorted(seconds.dropna())
    ends = dict.fromkeys(duration(end) for end in (*known[:1], *known[-1:]))
    return f" ({' to '.join(ends)})" if ends else " (unknown)"
