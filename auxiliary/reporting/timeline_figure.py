"""The workers of a cluster over time: who did what when."""

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.core.text import duration
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, LIGHT_GREY, ORANGE, new_figure, set_title, styled

# Letters of a task's name that fit into a bar as wide as the figure.
LETTERS = 90


@styled
def timeline_figure(tasks: pd.DataFrame) -> Figure:
    """One line per worker, and one bar per task that it did.

    Args:
        tasks: one row per task: `name`, `features` (whether it computed features), `worker` (address), `began` and
            `ended` (seconds).
    """
    names = Names()
    workers = list(dict.fromkeys(tasks.sort_values("began")["worker"]))
    fig = new_figure(9, 1.6 + 0.45 * len(workers), names)
    axes = fig.subplots()
    start, whole = tasks["began"].min(), tasks["ended"].max() - tasks["began"].min()
    for task in tasks.itertuples():
        line, took = workers.index(task.worker), task.ended - task.began
        axes.barh(line, took, left=task.began - start, height=0.7, color=ORANGE if task.features else BLUE,
                  edgecolor="white")
        if (room := int(LETTERS * took / whole)) > 3:
            axes.text(task.began - start + took / 2, line, names.text(task.name, "(task)", room), ha="center",
                      va="center", color="black" if task.features else "white", fontsize=9)
    for kind, colour in (("training", BLUE), ("features", ORANGE)):
        axes.barh(0, 0, color=colour, label=kind)
    axes.set(xlabel="seconds", yticks=range(len(workers)), yticklabels=[f"worker {n + 1}" for n in range(len(workers))],
             ylim=(len(workers) - 0.5, -0.5), xlim=(0, whole))
    axes.grid(axis="x", color=LIGHT_GREY)
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2)
    busy = (tasks["ended"] - tasks["began"]).sum() / whole / len(workers) if whole else 1
    set_title(fig, f"{len(tasks):,} tasks in {duration(whole)}; the workers were busy for {busy:.0%} of it")
    return fig
