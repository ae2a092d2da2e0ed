"""The accuracies that somebody else published against those measured here."""

import textwrap
from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from auxiliary.core.text import counted
from auxiliary.reporting.axes import labels_beside
from auxiliary.reporting.families import family_marks, family_of
from auxiliary.reporting.names import Names
from auxiliary.reporting.published_rows import FAR, amounts, far_off, published_rows, ranks_text, untrained
from auxiliary.reporting.result_marks import LONGEST
from auxiliary.reporting.style import GREY, LIGHT_GREY, NARROW, new_figure, set_title, styled
from auxiliary.runs.labels import labelled
from auxiliary.runs.result import LABELS

NAMED = 8    # rows of a panel that have a name, at most
HERE = ["accuracy_low", "accuracy", "accuracy_high"]


@styled
def published_figure(results: pd.DataFrame, images: int, narrow: bool = False) -> Figure:
    """Test accuracy measured here, with its 95% interval, against the published one; a panel per stage.

    On the dashed line both are the same. The experiments furthest from it, by more than 0.05, are named. A backbone
    with a head of random weights is not drawn: next to it, all others would be one spot.

    Args:
        results: rows of one data set, as `over_seeds` returns them, at least one of them trained and with a published
            accuracy. Intervals are those by the number of test images, also of several seeds.
        images: the number of images here, in all three splits.
        narrow: whether to draw it for a phone, one panel below the other, with names below the panels.
    """
    every, names = published_rows(results), Names()
    every = every.assign(label=labelled(every), family=[family_of(row) for _, row in every.iterrows()])
    rows = every[~untrained(every)]
    panels = [rows[rows["stage"] == stage] for stage in LABELS if (rows["stage"] == stage).any()]
    fig = new_figure(NARROW, 2 + 5.4 * len(panels), names) if narrow else new_figure(1 + 5.5 * len(panels), 6, names)
    axes = fig.subplots(*((len(panels), 1) if narrow else (1, len(panels))), squeeze=False).flat
    marks = family_marks(rows["family"])
    for each, panel in zip(axes, panels, strict=True):
        _draw(each, panel, marks)
        _name(each, far_off(panel), names, narrow)
    fig.legend(handles=_legend(marks), loc="outside lower left", ncols=2 if narrow else 4)
    set_title(fig, _title(every, images, names, 48 if narrow else 55 * len(panels)))
    return fig


def _draw(axes: Axes, rows: pd.DataFrame, marks: Mapping[str, tuple[str, str]]) -> None:
    """A panel: the diagonal, and a marker with its interval for each row."""
    axes.axline((0, 0), slope=1, color=GREY, linestyle="--", linewidth=1.2)
    for family, group in rows.groupby("family"):
        colour, marker = marks[family]
        axes.vlines(group["published_accuracy"], group["accuracy_low"], group["accuracy_high"], color=colour,
                    linewidth=1.2, alpha=0.6)
        axes.plot(group["published_accuracy"], group["accuracy"], linestyle="none", color=colour, marker=marker,
                  markersize=8, markeredgecolor="white", markeredgewidth=0.7)
    axes.grid(color=LIGHT_GREY)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set(xlim=_ends(rows[["published_accuracy"]]), ylim=_ends(rows[HERE]), xlabel="published test accuracy",
             ylabel="test accuracy here")
    axes.set_title(f"{LABELS[rows['stage'].iloc[0]]}: {counted(len(rows), 'experiment')}\n{ranks_text(rows)}".rstrip())


def _ends(accuracies: pd.DataFrame) -> tuple[float, float]:
    """The ends of an axis: those of all values, and a margin."""
    low, high = accuracies.min().min(), accuracies.max().max()
    margin = max(0.06 * (high - low), 0.002)
    return low - margin, high + margin


def _name(axes: Axes, far: pd.DataFrame, names: Names, narrow: bool) -> None:
    """Name the rows furthest off: beside the axes, or for a phone by numbers that are explained below them."""
    if far.empty:
        return
    rows = far.head(NAMED).sort_values("accuracy", ascending=False, kind="stable")
    labels = [names.text(label, f"(row {number})", LONGEST) for number, label in enumerate(rows["label"], 1)]
    numbers = [str(number) for number in range(1, len(labels) + 1)]
    labels_beside(axes, zip(rows["published_accuracy"], rows["accuracy"], strict=True), numbers if narrow else labels)
    which = f"the {NAMED} furthest from the line" if len(far) > NAMED else f"more than {FAR} from the line"
    lines = [f"{number}  {label}" for number, label in zip(numbers, labels, strict=True)] if narrow else []
    axes.set_xlabel("\n".join([axes.get_xlabel(), f"{'numbered' if narrow else 'named'}: {which}", *lines]),
                    loc="left", multialignment="left")


def _legend(marks: Mapping[str, tuple[str, str]]) -> list[Line2D]:
    families = [Line2D([], [], linestyle="none", markersize=8, color=colour, marker=marker, label=name)
                for name, (colour, marker) in marks.items()]
    return [*families, Line2D([], [], color=GREY, linestyle="--", linewidth=1.2, label="as published")]


def _title(rows: pd.DataFrame, images: int, names: Names, letters: int) -> str:
    """The title, each part on a line of its own of at most so many letters."""
    dataset = names.text(rows["dataset"][0], "(data set)")
    parts = [f"Published and measured test accuracy on {dataset}, with 95% intervals",
             amounts(rows["dataset"][0], images, rows["classes"][0]), *_left_out(rows[untrained(rows)], names)]
    return ";\n".join(textwrap.fill(part, letters) for part in parts)


def _left_out(rows: pd.DataFrame, names: Names) -> Iterator[str]:
    """A part of the title for each row that is not drawn."""
    for number, (_, row) in enumerate(rows.iterrows(), 1):
        name = names.text(row["label"], f"(untrained {number})", LONGEST)
        yield (f"not drawn, because nothing is trained: {name} (published {row['published_accuracy']:.3f}, "
               f"here {row['accuracy']:.3f})")
