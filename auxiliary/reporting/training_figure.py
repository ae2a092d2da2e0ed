"""The training of a run as a figure: its epochs, or what was tried in their place."""

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.reporting.axes import log_scale
from auxiliary.reporting.style import (
    BLUE,
    GREY,
    LIGHT_GREY,
    NARROW,
    ORANGE,
    new_figure,
    set_title,
    styled,
    title_only,
)
from auxiliary.reporting.training_curves import curves_figure
from auxiliary.runs.own_epochs import saved_epoch
from auxiliary.runs.run import Run


def training_figure(run: Run, narrow: bool = False) -> Figure:
    """The training of a run; `narrow` is for a phone. Of an ensemble a title alone."""
    if members := run.members:
        return title_only(NARROW if narrow else 10, f"Nothing was trained: an ensemble of {len(members):,} networks")
    if len(strengths := run.strengths):
        return strength_figure(strengths, narrow)
    history, settings = run.history, run.recipe["experiment"]
    saved = saved_epoch(history, settings.get("patience", 0))
    return curves_figure(history, narrow, refit=settings.get("refit", False), saved=saved)


@styled
def strength_figure(strengths: pd.DataFrame, narrow: bool = False) -> Figure:
    """Accuracy and loss of a logistic regression over C, training and validation; a line marks the chosen one.

    Args:
        strengths: as `auxiliary.training.regression.choose_strength` gives them, one row at least.
        narrow: whether to draw it for a phone, the loss below the accuracy.
    """
    chosen = strengths[strengths["chosen"]].iloc[0]
    fig = new_figure(NARROW, 6.2) if narrow else new_figure(10, 4.6)
    panels = fig.subplots(2, 1) if narrow else fig.subplots(1, 2)
    for axes, quantity, label in zip(panels, ("accuracy", "loss"), ("accuracy", "loss (nats)"), strict=True):
        axes.plot(strengths["C"], strengths[quantity], "o--", color=ORANGE, markersize=4, label="training")
        axes.plot(strengths["C"], strengths[f"val_{quantity}"], "o-", color=BLUE, markersize=4, label="validation")
        axes.axvline(chosen["C"], color=GREY, linestyle=":", linewidth=1.5, label="lowest validation loss")
        axes.set(xlabel="C (regularisation is stronger on the left)", ylabel=label)
        log_scale(axes.xaxis)
        axes.grid(axis="y", color=LIGHT_GREY)
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2 if narrow else 3)
    set_title(fig, f"Lowest validation loss {chosen['val_loss']:.3f}, at C = {chosen['C']:g}")
    return fig
