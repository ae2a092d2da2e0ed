"""The steps of a ladder: test accuracy after each change, and what the change gained."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.evaluation.compare import points_text
from auxiliary.evaluation.comparison import Comparison
from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import COLOURS, LONGEST, name_rows
from auxiliary.reporting.style import GREY, LIGHT_GREY, NARROW, new_figure, set_title, styled


@styled
def ladder_figure(rows: pd.DataFrame, found: Sequence[Comparison | None], narrow: bool = False) -> Figure:
    """Test accuracy of each step with its 95% interval, the first step on top; the gain of each stands on the right.

    Gains that chance could explain are grey. A row of several seeds has their lowest and highest accuracy instead of
    the interval.

    Args:
        rows: a ladder, see `auxiliary.reporting.ladder`.
        found: the gain of each step, see `gains`.
        narrow: whether to draw it for a phone, with names above the intervals.
    """
    names = Names()
    labels = [names.text(key, f"(step {number})", LONGEST) for number, key in enumerate(rows["key"], 1)]
    size = (NARROW, 1.6 + 0.5 * len(rows)) if narrow else (9, 1.6 + 0.36 * len(rows))
    fig = new_figure(*size, names)
    axes = fig.subplots()
    colour = COLOURS[rows["stage"].iloc[0]]
    axes.step(rows["accuracy"], rows.index, where="post", color=LIGHT_GREY, zorder=1)
    axes.hlines(rows.index, rows["accuracy_low"], rows["accuracy_high"], color=colour, linewidth=1.5)
    axes.plot(rows["accuracy"], rows.index, "o", color=colour, markersize=6)
    for position, (accuracy, gain) in enumerate(zip(rows["accuracy"], found, strict=True)):
        axes.annotate(f"{accuracy:.3f}{_gain(gain)}", (1.02, position), xycoords=("axes fraction", "data"),
                      va="center", color=GREY if gain and gain.noise else "black")
    name_rows(axes, labels, narrow)
    axes.set(ylim=(len(rows) - 0.5, -0.7 if narrow else -0.5), xlabel="test accuracy; in points: gain\n"
             "over the step before, grey where\nchance could explain it")
    axes.tick_params(left=False)
    model = names.text(rows["model_id"].iloc[0], "(model)", LONGEST)
    set_title(fig, f"{model} step by step: from {rows['accuracy'].iloc[0]:.3f} to {rows['accuracy'].iloc[-1]:.3f}")
    return fig


def _gain(found: Comparison | None) -> str:
    return f"  ({points_text(found.points)})" if found else ""
