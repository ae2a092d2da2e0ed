"""What one training run did: its curves, and who it takes for whom; single images are in `image_sheets`."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from auxiliary.core.text import counted, short
from auxiliary.evaluation.calibration import confidence_bins, expected_calibration_error
from auxiliary.evaluation.metrics import confusion
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, VERMILLION, new_figure, styled


@styled
def confusion_figure(predictions: pd.DataFrame) -> Figure:
    """Counts of test images by true and predicted class, shaded by the share of the true class."""
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


def _commonest_mistake(counts: pd.DataFrame) -> str:
    table = counts.to_numpy()
    title = f"{np.trace(table) / table.sum():.1%} of {counted(int(table.sum()), 'test image')} right"
    wrong = table - np.diag(np.diag(table))
    if not wrong.any():
        return title
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return (f"{title};\ncommonest mistake, {counted(int(wrong.max()), 'time')}:\n"
            f"{short(counts.index[true], 20)} taken for {short(counts.columns[predicted], 20)}")


SMALL = 0.02    # a calibration error up to which confidence can be taken at its word


@styled
def calibration_figure(predictions: pd.DataFrame, tempered: pd.DataFrame | None = None) -> Figure:
    """Accuracy against confidence, a dot a bin of confidence, its area the images in it.

    Args:
        predictions: what a network says of each test image.
        tempered: the same under the temperature that was fitted on validation images, drawn beside it.
    """
    fig = new_figure(6.4, 5.6)
    axes = fig.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.5, label="as often right as sure")
    lines = {"as trained": (predictions, VERMILLION, "s-")}
    if tempered is not None:
        lines["with the temperature that predict uses"] = (tempered, BLUE, "o-")
    for label, (frame, colour, look) in lines.items():
        bins = confidence_bins(frame).query("images > 0")
        means = bins["confidence_sum"] / bins["images"], bins["correct"] / bins["images"]
        axes.plot(*means, look, color=colour, linewidth=1.5, markersize=4, label=label)
        axes.scatter(*means, s=600 * bins["images"] / len(frame), color=colour, marker=look[0], alpha=0.35,
                     linewidth=0)
    axes.set(xlabel="confidence (mean of the bin)", ylabel="share that is right", xlim=(0, 1.03), ylim=(-0.03, 1.05))
    axes.grid(color=LIGHT_GREY)
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=1)
    fig.suptitle(_title(predictions), x=0.01, ha="left")
    return fig


def _title(predictions: pd.DataFrame) -> str:
    error = expected_calibration_error(predictions)
    right = (predictions["category"] == predictions["predicted"]).mean()
    gap = float(predictions["confidence"].mean() - right)
    if error <= SMALL:
        found = "About as often right as it is sure"
    elif abs(gap) > error / 2:
        found = "Surer than it is right" if gap > 0 else "More often right than it is sure"
    else:
        found = "Now surer, now less sure than it is right"
    return f"{found}: calibration error {error:.3f}\non {counted(len(predictions), 'test image')}; area: images"
