"""Accuracy against the severity of each corruption, of the best network from scratch and the best pre-trained one."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auxiliary.core.text import counted
from auxiliary.evaluation.corruptions import CORRUPTIONS, SEVERITIES
from auxiliary.evaluation.robustness import CLEAN, accuracies
from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import COLOURS, MARKERS
from auxiliary.reporting.robustness import by_stage
from auxiliary.reporting.style import GREY, LIGHT_GREY, NARROW, new_figure, set_title, styled, title_only
from auxiliary.runs.result import LABELS

INCHES = 9.4, 6.2
NARROW_INCHES = NARROW, 8.4
APART = 0.12    # severities between the marks of the two networks, so that no interval hides another
NAME = 24       # letters of an experiment in the legend


@styled
def robustness_figure(found: pd.DataFrame | None, chance: float, narrow: bool = False) -> Figure:
    """One panel per corruption: accuracy with its 95% interval on clean images (severity 0) and corrupted ones.

    Args:
        found: as `auxiliary.training.robustness.measure_robustness` returns it; None gives a title alone.
        chance: the accuracy of guessing, 0 to 1, drawn as a dashed line.
        narrow: whether to draw it for a phone, with two panels beside each other in place of three.
    """
    if found is None:
        return title_only(INCHES[0], "Robustness to corrupted images was not measured")
    names, columns = Names(), 2 if narrow else 3
    fig = new_figure(*(NARROW_INCHES if narrow else INCHES), names)
    panels = fig.subplots(-(-len(CORRUPTIONS) // columns), columns, sharex=True, sharey=True).ravel()
    networks = by_stage(found)
    for number, (stage, rows) in enumerate(networks.items()):
        table = accuracies(rows)
        for axes, name in zip(panels, CORRUPTIONS, strict=False):
            _draw(axes, table[table["corruption"].isin([CLEAN, name])], stage, APART * (number - 0.5))
    for place, (axes, name) in enumerate(zip(panels, CORRUPTIONS, strict=False)):
        _finish(axes, name, chance, first=place % columns == 0, last=place + columns >= len(CORRUPTIONS))
    for axes in panels[len(CORRUPTIONS):]:
        axes.set_axis_off()
    fig.legend(handles=_legend(networks, chance, names), loc="outside lower left", ncols=1 if narrow else 3)
    images = counted(found["filepath"].nunique(), "test image")
    set_title(fig, f"Accuracy on {images}, clean and corrupted, with its 95% interval")
    return fig


def _draw(axes: Axes, table: pd.DataFrame, stage: str, shift: float) -> None:
    """One network in one panel."""
    ends = [table["accuracy"] - table["low"], table["high"] - table["accuracy"]]
    axes.errorbar(table["severity"] + shift, table["accuracy"], ends, color=COLOURS[stage], marker=MARKERS[stage],
                  capsize=3, elinewidth=1.5)


def _finish(axes: Axes, name: str, chance: float, first: bool, last: bool) -> None:
    """Title, axes and chance of a panel, which may be the first of its row and the last of its column."""
    axes.axhline(chance, color=GREY, linestyle="--", linewidth=1.2)
    axes.set(title=name, ylim=(0, 1.02), xlim=(-0.4, max(SEVERITIES) + 0.4), xticks=[0, *SEVERITIES])
    axes.set_xticklabels([CLEAN, *map(str, SEVERITIES)])
    axes.tick_params(labelbottom=last)
    axes.grid(axis="y", color=LIGHT_GREY)
    if first:
        axes.set_ylabel("accuracy")
    if last:
        axes.set_xlabel("severity")


def _legend(networks: dict[str, pd.DataFrame], chance: float, names: Names) -> list[Line2D]:
    """The networks and the line of chance."""
    marks = [Line2D([], [], color=COLOURS[stage], marker=MARKERS[stage], label=(
        f"{names.text(rows['experiment'].iloc[0], f'({LABELS[stage]})', NAME)}, {LABELS[stage]}"))
        for stage, rows in networks.items()]
    return [*marks, Line2D([], [], color=GREY, linestyle="--", linewidth=1.2, label=f"chance ({chance:.3f})")]
