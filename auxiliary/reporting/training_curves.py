"""Accuracy and loss over the epochs: of one run, and of several experiments side by side."""

import math
from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from auxiliary.core.text import counted
from auxiliary.reporting.axes import epoch_axis
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import (
    BLUE,
    GREEN,
    GREY,
    LIGHT_GREY,
    NARROW,
    ORANGE,
    VERMILLION,
    new_figure,
    set_title,
    styled,
    title_only,
)
from auxiliary.runs.labels import is_same
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.seeds import MEAN_DIGITS

# Four colours, with solid lines and then with dashed ones.
COLOURS = 2 * [BLUE, VERMILLION, GREEN, ORANGE]
DASHES = 4 * [(None, None)] + 4 * [(4, 1.5)]
LETTERS = 90    # of a line of the title, at most
LOSS = "loss (nats, with any l2 penalty)"
PANELS = {"accuracy": "training accuracy", "val_accuracy": "validation accuracy", "loss": f"training {LOSS}",
          "val_loss": f"validation {LOSS}"}


@styled
def score_figure(histories: Mapping[str, list[pd.DataFrame]], narrow: bool = False) -> Figure:
    """Accuracy and loss over the epochs, training and validation: one line per experiment, the mean over its seeds.

    A band reaches from the lowest to the highest seed, and a dot ends each line. Of more than eight experiments those
    with the highest validation accuracy of any epoch, the mean over the seeds, are shown. Epochs of a parent, and
    experiments without own epochs, are left out.

    Args:
        histories: the histories of each experiment's seeds: one row per epoch with `epoch`, `accuracy`, `loss`,
            `val_accuracy`, `val_loss` and `phase`.
        narrow: whether to draw it for a phone, with the panels below each other.
    """
    trained = _best_first({key: own for key, frames in histories.items() if (own := _trained(frames))})
    shown = dict(list(trained.items())[:len(COLOURS)])
    if not shown:
        return title_only(10, "No epoch was trained")
    table = pd.concat([frame.assign(experiment=key) for key, frames in shown.items() for frame in frames],
                      ignore_index=True)
    looks = {"palette": dict(zip(shown, COLOURS, strict=False)), "dashes": dict(zip(shown, DASHES, strict=False))}
    names = Names()
    labels = [names.text(key, f"(line {number})") for number, key in enumerate(shown, 1)]
    fig, panels, columns = _panels(labels, names, narrow)
    # Without several seeds there is nothing to average, which takes a second.
    looks["estimator"] = "mean" if any(len(frames) > 1 for frames in shown.values()) else None
    for axes, (quantity, title) in zip(panels, PANELS.items(), strict=True):
        sns.lineplot(table, x="epoch", y=quantity, hue="experiment", style="experiment", errorbar=("pi", 100), **looks,
                     linewidth=1.2, marker="o", markersize=4, markevery=[-1], markeredgewidth=0, legend=False, ax=axes)
        axes.set_title(title, fontsize=12)
        axes.set_ylabel("")
        axes.grid(axis="y", color=LIGHT_GREY)
        epoch_axis(axes, int(table["epoch"].max()))
        axes.label_outer()
    handles = [Line2D([], [], color=color, linestyle="-" if dashes == DASHES[0] else (0, dashes))
               for color, dashes in zip(looks["palette"].values(), looks["dashes"].values(), strict=True)]
    fig.legend(handles, labels, loc="outside lower left", ncols=columns, handlelength=3)
    set_title(fig, _title(trained, labels[0], len(shown)))
    return fig


def _panels(labels: list[str], names: Names, narrow: bool) -> tuple[Figure, Sequence[Axes], int]:
    """A figure with four panels, room for a legend of these labels, and the columns of that legend."""
    columns = min(len(labels), max(1, (50 if narrow else 100) // (max(map(len, labels)) + 8)))
    legend = 0.25 * math.ceil(len(labels) / columns)
    if not narrow:
        fig = new_figure(10, 6.9 + legend, names)
        return fig, fig.subplots(2, 2, sharex=True, sharey="row").ravel(), columns
    fig = new_figure(NARROW, 9.6 + legend, names)
    panels = fig.subplots(len(PANELS), 1, sharex=True)
    for training, validation in (panels[:2], panels[2:]):
        validation.sharey(training)
    return fig, panels, columns


def _trained(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The histories without epochs of a parent; those without any other epoch are left out."""
    return [own for frame in frames if len(own := own_epochs(frame))]


def _best(frames: list[pd.DataFrame]) -> float:
    """The highest validation accuracy of an epoch, the mean over seeds; NaN if none was measured."""
    return round(pd.Series([frame["val_accuracy"].max() for frame in frames], dtype=float).mean(), MEAN_DIGITS)


def _best_first(histories: dict[str, list[pd.DataFrame]]) -> dict[str, list[pd.DataFrame]]:
    order = pd.Series({key: _best(frames) for key, frames in histories.items()}, dtype=float)
    return {key: histories[key] for key in order.sort_values(ascending=False, kind="stable").index}


def _title(trained: Mapping[str, list[pd.DataFrame]], best: str, shown: int) -> str:
    scores = pd.Series([_best(frames) for frames in trained.values()], dtype=float)
    title = "No validation accuracy was measured"
    if pd.notna(scores[0]):
        others = int(is_same(scores, scores[0]).sum()) - 1
        who = f"{best} and {counted(others, 'other')} reach" if others else f"{best} reaches"
        seeds = [len(frames) for frames in trained.values()][:others + 1]
        title = fill(f"{who} the highest validation accuracy, {scores[0]:.3f} ({_which_epochs(seeds)})", LETTERS)
    return title if shown == len(trained) else f"{title};\nthe best {shown:,} of {len(trained):,} experiments"


def _which_epochs(seeds: Sequence[int]) -> str:
    """Of which epochs the highest accuracy is, by the number of seeds of each experiment that reaches it."""
    if len(seeds) > 1:
        return "their best epochs" if max(seeds) == 1 else "their best epochs, mean over seeds"
    return "its best epoch" if seeds[0] == 1 else f"mean of the best epochs of {seeds[0]:,} seeds"


@styled
def curves_figure(history: pd.DataFrame, narrow: bool = False, refit: bool = False, saved: int = 0) -> Figure:
    """Accuracy and loss of one run over all epochs, training and validation; a line marks the end of the parent's.

    Args:
        history: one row per epoch with `accuracy`, `loss`, `val_accuracy`, `val_loss` and `phase`; the epochs of a
            parent (phase "parent") come first.
        narrow: whether to draw it for a phone, the loss below the accuracy.
        refit: whether it was trained on the validation images too, so that nothing was validated.
        saved: the number of the epoch whose weights were saved, from 1 without those of the parent; 0 if unknown.
    """
    epochs = np.arange(1, len(history) + 1)
    parents = int((history["phase"] == "parent").sum())
    fig = new_figure(NARROW, 6.2) if narrow else new_figure(10, 4.6)
    panels = fig.subplots(2, 1) if narrow else fig.subplots(1, 2)
    for axes, quantity, label in zip(panels, ("accuracy", "loss"), ("accuracy", LOSS), strict=True):
        axes.plot(epochs, history[quantity], "o--", color=ORANGE, markersize=4, label="training")
        if not refit:
            axes.plot(epochs, history[f"val_{quantity}"], "o-", color=BLUE, markersize=4, label="validation")
        epoch_axis(axes, len(history))
        axes.set_ylabel(label)
        axes.grid(axis="y", color=LIGHT_GREY)
        if parents:
            axes.axvline(parents + 0.5, color=GREY, linestyle=":", linewidth=1.5, label="end of the parent's epochs")
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2 if narrow else 3)
    set_title(fig, _refitted(history) if refit else _best_epoch(history, parents, saved))
    return fig


def _refitted(history: pd.DataFrame) -> str:
    if len(history) and history["loss"].isna().iloc[-1]:
        return _diverged(history)
    return f"A refit of {counted(len(history), 'epoch')}, on training and validation images"


def _diverged(history: pd.DataFrame) -> str:
    return f"Training diverged in epoch {len(history):,}: the loss was no finite number"


def _best_epoch(history: pd.DataFrame, parents: int, saved: int) -> str:
    if parents == len(history) > 0:
        return f"Nothing was trained; {counted(parents, 'epoch')} of the parent"
    own = history["val_accuracy"].to_numpy(float)[parents:]
    if len(history) and history[["loss", "val_loss"]].iloc[-1].isna().any():
        return _diverged(history)
    if not np.isfinite(own).any():
        return f"No validation accuracy in {counted(len(history), 'epoch')}"
    best = int(np.nanargmax(own))
    which = "Best validation accuracy of the tuning" if parents else "Best validation accuracy"
    title = f"{which} {own[best]:.3f}, in epoch {parents + best + 1:,} of {len(history):,}"
    # Tables have the accuracy of the saved weights.
    if saved and own[saved - 1] < own[best]:
        title += f";\nsaved are the weights of epoch {parents + saved:,}, with {own[saved - 1]:.3f}"
    return title
