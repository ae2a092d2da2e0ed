"""What one training run did: its curves, who it takes for whom, and what it says of single pictures."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from auxiliary.evaluation.metrics import confusion
from auxiliary.reporting.pictures import tile
from auxiliary.reporting.style import (
    BLUE,
    GREY,
    LIGHT_GREY,
    ORANGE,
    VERMILLION,
    counted,
    new_figure,
    short,
    styled,
)

COLUMNS = 5    # pictures side by side in a sheet


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
                                     ("accuracy", "loss (nats)"), strict=True):
        axes.plot(epochs, history[quantity], "o--", color=ORANGE, markersize=4, label="training")
        axes.plot(epochs, history[f"val_{quantity}"], "o-", color=BLUE, markersize=4, label="validation")
        _epoch_axis(axes, len(history), parents)
        axes.set_ylabel(label)
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


@styled
def prediction_sheet(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> Figure:
    """`n` test pictures, chosen at random, with what the model says of them and how sure it is (0 to 1)."""
    chosen = predictions.sample(min(n, len(predictions)), random_state=random_state)
    right = int((chosen["category"] == chosen["predicted"]).sum())
    return _captioned(chosen, f"{counted(len(chosen), 'test picture')} chosen at random: {right} right (✓), "
                              f"{len(chosen) - right} wrong (✗)")


@styled
def mistakes_sheet(predictions: pd.DataFrame, n: int = 10) -> Figure:
    """The `n` wrong predictions that the model was surest of."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    chosen = wrong.sort_values("confidence", ascending=False, kind="stable").head(n)
    which = counted(len(wrong), "mistake") if len(wrong) else "No mistakes"
    if len(wrong) > len(chosen):
        which = f"The surest {len(chosen)} of {which}"
    return _captioned(chosen, f"{which} in {counted(len(predictions), 'test picture')}")


def _epoch_axis(axes: Axes, epochs: int, parents: int) -> None:
    axes.set_xlim(0.5, max(epochs, 1) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel("epoch")
    axes.grid(axis="y", color=LIGHT_GREY)
    if parents:
        axes.axvline(parents + 0.5, color=GREY, linestyle=":", linewidth=1.5, label="parent's epochs end")


def _best_epoch(history: pd.DataFrame, parents: int) -> str:
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


def _captioned(rows: pd.DataFrame, title: str) -> Figure:
    lines = max(math.ceil(len(rows) / COLUMNS), 1)
    fig = new_figure(2.1 * COLUMNS, 0.6 + 2.35 * lines if len(rows) else 0.8)
    grid = fig.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (_, row) in zip(grid, rows.iterrows(), strict=False):
        _caption(axes, row)
    fig.suptitle(title, x=0.01, ha="left")
    return fig


def _caption(axes: Axes, row: pd.Series) -> None:
    """Right: tick, plain blue frame, one line. Wrong: cross, dashed red frame and the true class."""
    right = row["category"] == row["predicted"]
    axes.imshow(tile(row["filepath"], 224))
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, linewidth=2.5, color=BLUE if right else VERMILLION,
                       linestyle="-" if right else (0, (3, 2)))
    says = f"{'✓' if right else '✗'} {short(row['predicted'], 17)} {row['confidence']:.2f}"
    axes.set_xlabel(says if right else f"{says}\nis {short(row['category'], 21)}", fontsize=10,
                    loc="left", color=BLUE if right else VERMILLION)
