"""What one training run did: its curves, and who it takes for whom; single pictures are in `picture_sheets`."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from auxiliary.evaluation.metrics import confusion
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, ORANGE, counted, epoch_axis, new_figure, short, styled


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


@styled
def confusion_figure(predictions: pd.DataFrame) -> Figure:
    """Counts of test pictures by true and predicted class, shaded by the share of the true class."""
    counts = confusion(predictions)
    table, names = counts.to_numpy(), [short(name) for name in counts.index]
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    side = 0.45 * max(len(names), 4) + 0.1 * max(map(len, names)) + 0.8
    fig = new_figure(max(side + 1.3, 5.8), side + 0.9)
    axes = fig.subplots()
    image = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*table.nonzero(), strict=True):
        axes.text(column, row, f"{table[row, column]}", ha="center", va="center", fontsize=10,
                  color="white" if share[row, column] > 0.5 else "black")
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="predicted class", ylabel="true class")
    fig.colorbar(image, ax=axes, label="share of the true class", format=PercentFormatter(1), shrink=0.7)
    fig.suptitle(_commonest_mistake(counts), x=0.01, ha="left")
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


def _commonest_mistake(counts: pd.DataFrame) -> str:
    table = counts.to_numpy()
    title = f"{np.trace(table) / table.sum():.1%} of {counted(int(table.sum()), 'test picture')} right"
    wrong = table - np.diag(np.diag(table))
    if not wrong.any():
        return title
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return (f"{title};\ncommonest mistake, {counted(int(wrong.max()), 'time')}:\n"
            f"{short(counts.index[true], 20)} taken for {short(counts.columns[predicted], 20)}")
