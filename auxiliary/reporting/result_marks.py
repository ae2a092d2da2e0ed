"""What the figures of all results have in common: marks by stage, names, ranks, and the number of runs in words."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, VERMILLION
from auxiliary.runs.labels import labelled
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER

COLOURS = {SCRATCH: VERMILLION, TRANSFER: BLUE}
MARKERS = {SCRATCH: "s", TRANSFER: "o"}
LONGEST = 40    # letters of a label: names of a search differ in a few of them


def with_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """Some rows of `ranked` results with their rank, from 1, which is also that of the tables; `UserError` if none."""
    if rows.empty:
        raise UserError("there is no finished run to draw yet: train an experiment first")
    return rows.assign(rank=rows.index + 1, label=labelled(rows)).reset_index(drop=True)


def labels_of(rows: pd.DataFrame, names: Names) -> list[str]:
    """The label of each row; its rank where that cannot be drawn."""
    return [names.text(label, f"(rank {rank})", LONGEST)
            for label, rank in zip(rows["label"], rows["rank"], strict=True)]


def name_rows(axes: Axes, labels: list[str], narrow: bool) -> None:
    """The names of rows from top to bottom: beside the axis, or for a phone each above its interval."""
    axes.set_yticks(range(len(labels)), [""] * len(labels) if narrow else labels)
    for position, label in enumerate(labels if narrow else []):
        axes.annotate(label, (0, position - 0.36), xycoords=("axes fraction", "data"), va="center", fontsize=10)


def dataset_of(rows: pd.DataFrame, names: Names) -> str:
    """The name of the data set of all rows."""
    return names.text(rows["dataset"][0], "(data set)")


def add_legend(fig: Figure, handles: list[Line2D], rows: pd.DataFrame) -> None:
    """A legend below the axes: `handles`, then the stages that occur."""
    stages = [Line2D([], [], linestyle="none", markersize=8, color=COLOURS[stage], marker=MARKERS[stage],
                     label=label) for stage, label in LABELS.items() if (rows["stage"] == stage).any()]
    fig.legend(handles=[*handles, *stages], loc="outside lower left", ncols=len(handles) + len(stages),
               # A figure for a phone has just room for three.
               handlelength=1.5, columnspacing=1.2)


def several_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that stand for several seeds."""
    return rows[rows["seeds"] > 1] if "seeds" in rows else rows.head(0)


def number_of(rows: pd.DataFrame) -> str:
    """The number of rows in words: `4 runs`, or `4 experiments (12 runs)`."""
    if several_seeds(rows).empty:
        return counted(len(rows), "run")
    return f"{counted(len(rows), 'experiment')} ({counted(rows['seeds'].sum(), 'run')})"
