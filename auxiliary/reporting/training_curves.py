"""The scores of several rows over their epochs, side by side."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auxiliary.core.text import counted, short
from auxiliary.reporting.style import BLUE, GREEN, GREY, LIGHT_GREY, ORANGE, VERMILLION, epoch_axis, new_figure, styled

# Four colours that anybody can tell apart, and the kind of line for the next four.
LOOKS = [{"color": color, "linestyle": line} for line in ("-", (0, (4, 1.5)))
         for color in (BLUE, VERMILLION, GREEN, ORANGE)]
PANELS = {"accuracy": "training accuracy", "val_accuracy": "validation accuracy",
          "loss": "training loss (nats, with any l2 penalty)",
          "val_loss": "validation loss (nats, with any l2 penalty)"}


@styled
def score_figure(histories: Mapping[str, list[pd.DataFrame]]) -> Figure:
    """Accuracy and loss over the epochs, training and validation: a colour a row, a thin line a seed.

    Best row first: what counts is the highest validation accuracy of an epoch, the mean of it over the seeds. Of more
    than eight rows the best eight are shown. A dot ends each line. The epochs of a parent are left out, and so are rows
    that trained nothing.

    Args:
        histories: the histories of each row's seeds: a row an epoch with `epoch`, `accuracy`, `loss`, `val_accuracy`,
            `val_loss` and `phase`.
    """
    trained = _best_first({key: own for key, frames in histories.items() if (own := _own_epochs(frames))})
    shown = dict(list(trained.items())[:len(LOOKS)])
    if not shown:
        fig = new_figure(10, 0.8)
        fig.suptitle("No epoch was trained", x=0.01, ha="left")
        return fig
    columns = min(len(shown), max(1, 100 // (max(len(short(key)) for key in shown) + 8)))
    fig = new_figure(10, 6.9 + 0.25 * math.ceil(len(shown) / columns))
    panels = fig.subplots(2, 2, sharex=True, sharey="row").ravel()
    for axes, quantity in zip(panels, PANELS, strict=True):
        _draw(axes, quantity, shown)
    last = max(int(frame["epoch"].max()) for frames in shown.values() for frame in frames)
    for axes in panels[2:]:
        epoch_axis(axes, last)
    handles = [Line2D([], [], **look) for look, _ in zip(LOOKS, shown, strict=False)]
    fig.legend(handles, [short(key) for key in shown], loc="outside lower left", ncols=columns, handlelength=3)
    fig.suptitle(_title(trained, len(shown)), x=0.01, ha="left")
    return fig


def _own_epochs(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    own = [frame[frame["phase"] == "own"] for frame in frames]
    return [frame for frame in own if len(frame)]


def _best(frames: list[pd.DataFrame]) -> float:
    """The highest validation accuracy of an epoch, the mean over seeds; NaN where none was measured."""
    return pd.Series([frame["val_accuracy"].max() for frame in frames], dtype=float).mean()


def _best_first(histories: dict[str, list[pd.DataFrame]]) -> dict[str, list[pd.DataFrame]]:
    order = pd.Series({key: _best(frames) for key, frames in histories.items()}, dtype=float)
    return {key: histories[key] for key in order.sort_values(ascending=False, kind="stable").index}


def _draw(axes: Axes, quantity: str, shown: Mapping[str, list[pd.DataFrame]]) -> None:
    for look, frames in zip(LOOKS, shown.values(), strict=False):
        for frame in frames:
            axes.plot(frame["epoch"], frame[quantity], linewidth=1.2, marker="o", markersize=4, markevery=[-1], **look)
    axes.set_title(PANELS[quantity], fontsize=12)
    axes.grid(axis="y", color=LIGHT_GREY)


def _title(trained: Mapping[str, list[pd.DataFrame]], shown: int) -> str:
    key, frames = next(iter(trained.items()))
    title = "No validation accuracy was measured"
    if pd.notna(_best(frames)):
        which = "its best epoch" if len(frames) == 1 else f"mean of the best epochs of {len(frames)} seeds"
        title = f"{short(key, 20)} reaches the highest validation accuracy, {_best(frames):.3f} ({which})"
    return title if shown == len(trained) else f"{title};\nthe best {shown} of {len(trained)} rows"


@styled
def curves_figure(history: pd.DataFrame) -> Figure:
    """Accuracy and loss over all epochs, training and validation; a line marks where the parent's end.

    Args:
        history: a row an epoch with `accuracy`, `loss`, `val_accuracy`, `val_loss` and `phase`; rows of the
            phase "parent" first.
    """
    epochs = np.arange(1, len(history) + 1)
    parents = int((history["phase"] == "parent").sum())
    fig = new_figure(10, 4.6)
    for axes, quantity, label in zip(fig.subplots(1, 2), ("accuracy", "loss"),
                                     ("accuracy", "loss (nats, with any l2 penalty)"), strict=True):
        axes.plot(epochs, history[quantity], "o--", color=ORANGE, markersize=4, label="training")
        axes.plot(epochs, history[f"val_{quantity}"], "o-", color=BLUE, markersize=4, label="validation")
        epoch_axis(axes, len(history))
        axes.set_ylabel(label)
        axes.grid(axis="y", color=LIGHT_GREY)
        if parents:
            axes.axvline(parents + 0.5, color=GREY, linestyle=":", linewidth=1.5, label="parent's epochs end")
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3)
    fig.suptitle(_best_epoch(history, parents), x=0.01, ha="left")
    return fig


def _best_epoch(history: pd.DataFrame, parents: int) -> str:
    if parents == len(history) > 0:
        return f"Nothing was trained; the parent's {counted(parents, 'epoch')}"
    own = history["val_accuracy"].to_numpy(float)[parents:]
    if not np.isfinite(own).any():
        return f"No validation accuracy in {counted(len(history), 'epoch')}"
    best = int(np.nanargmax(own))
    which = "Best validation accuracy of the tuning" if parents else "Best validation accuracy"
    return f"{which} {own[best]:.3f}, in epoch {parents + best + 1} of {len(history)}"
