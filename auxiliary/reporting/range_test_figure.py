"""The learning-rate range test: the loss at each rate, and the rate that it suggests."""

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.networks.rates import smoothed, suggested_rate
from auxiliary.reporting.axes import log_scale
from auxiliary.reporting.names import Names
from auxiliary.reporting.result_marks import LONGEST
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, new_figure, set_title, styled


@styled
def range_test_figure(key: str, table: pd.DataFrame) -> Figure:
    """The loss of each step and its smoothed mean against the learning rate (log scale); a line marks the suggestion.

    Args:
        key: of the experiment.
        table: `rate` and `loss` (nats) of each step, as a range test returns them.
    """
    names = Names()
    fig = new_figure(8, 4.4, names)
    axes = fig.subplots()
    finite = table[table["loss"].notna() & (table["loss"] < float("inf"))]
    means, rate = smoothed(finite["loss"].to_numpy()), suggested_rate(table)
    axes.plot(finite["rate"], finite["loss"], ".", color=GREY, markersize=4, label="loss of a step")
    axes.plot(finite["rate"], means, color=BLUE, label="smoothed")
    axes.axvline(rate, color="black", linestyle="--", linewidth=1.2, label=f"suggested: {rate:g}")
    log_scale(axes.xaxis)
    axes.set(xlabel="learning rate", ylabel="training loss (nats)",
             ylim=(max(0, 0.9 * means.min()), 1.1 * max(means[0], 1.5 * means.min())))
    axes.grid(color=LIGHT_GREY)
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    set_title(fig, f"{names.text(key, '(experiment)', LONGEST)}: a learning rate of {rate:g}")
    return fig
