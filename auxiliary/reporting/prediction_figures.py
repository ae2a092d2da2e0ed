"""Confusion matrix and calibration of one run; single images are in `image_grids`."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from auxiliary.core.text import counted
from auxiliary.evaluation.calibration import confidence_bins, expected_calibration_error
from auxiliary.evaluation.metrics import confusion
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, VERMILLION, new_figure, set_title, styled

SHADES = colormaps["Blues"]
BINS = 15
SMALL = 0.02    # a calibration error up to which confidence and accuracy agree
AS_TRAINED, CALIBRATED = "as trained", "with the temperature that predict uses"
COLOURS = {AS_TRAINED: VERMILLION, CALIBRATED: BLUE}
MARKERS = {AS_TRAINED: "s", CALIBRATED: "o"}


@styled
def confusion_figure(predictions: pd.DataFrame) -> Figure:
    """Counts of test images by true and predicted class, shaded by the share of the true class."""
    counts = confusion(predictions)
    names = Names(counts.index)
    labels = [names.category(name) for name in counts.index]
    side = 0.45 * max(len(labels), 4) + 0.1 * max(map(len, labels)) + 0.8
    fig = new_figure(max(side + 1.3, 5.8), side + 1.3, names)
    axes = fig.subplots()
    sns.heatmap(counts.div(counts.sum(axis=1).clip(lower=1), axis=0), mask=counts.eq(0), annot=counts, fmt="d",
                annot_kws={"fontsize": 10}, cmap=SHADES, vmin=0, vmax=1, square=True, xticklabels=labels,
                yticklabels=labels, ax=axes, cbar_kws={"label": "share of the true class", "shrink": 0.7,
                                                      "format": PercentFormatter(1)})
    axes.set_facecolor(SHADES(0.0))
    axes.tick_params(axis="x", rotation=90)
    axes.tick_params(axis="y", rotation=0)
    axes.set(xlabel="predicted class", ylabel="true class")
    set_title(fig, _most_common_mistake(counts, names))
    return fig


def _most_common_mistake(counts: pd.DataFrame, names: Names) -> str:
    table = counts.to_numpy()
    title = f"{np.trace(table) / table.sum():.1%} of {counted(int(table.sum()), 'test image')} correct"
    wrong = table - np.diag(np.diag(table))
    if not wrong.any():
        return title
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return (f"{title};\nmost common mistake, {counted(int(wrong.max()), 'time')}:\n"
            f"{names.category(counts.index[true], 20)} predicted as {names.category(counts.columns[predicted], 20)}")


@styled
def calibration_figure(predictions: pd.DataFrame, tempered: pd.DataFrame | None = None) -> Figure:
    """Accuracy against confidence, one marker per bin, its area the number of images; below, the images per bin.

    Args:
        predictions: the predictions of a network, one row per test image.
        tempered: the same at the temperature that was fitted on validation images, drawn for comparison.
    """
    frames = {AS_TRAINED: predictions} | ({} if tempered is None else {CALIBRATED: tempered})
    fig = new_figure(6.4, 6.8)
    above, below = fig.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.5, label="accuracy equal to confidence")
    bins = pd.concat([_bins(frame) for frame in frames.values()], keys=frames, names=["predictions"])
    looks = {"hue": "predictions", "style": "predictions", "palette": COLOURS, "markers": MARKERS}
    sns.scatterplot(bins, x="confidence", y="accuracy", size="images", sizes=(5, 600), size_norm=(0, len(predictions)),
                    alpha=0.35, linewidth=0, legend=False, ax=above, **looks)
    sns.lineplot(bins, x="confidence", y="accuracy", dashes=False, errorbar=None, linewidth=1.5, markersize=4,
                 markeredgewidth=0, ax=above, **looks)
    sns.histplot(pd.concat([frame[["confidence"]] for frame in frames.values()], keys=frames, names=["predictions"]),
                 x="confidence", hue="predictions", palette=COLOURS, bins=np.linspace(0, 1, BINS + 1), element="step",
                 fill=False, linewidth=1.5, legend=False, ax=below)
    above.set(ylabel="accuracy", xlim=(0, 1.03), ylim=(-0.03, 1.05))
    below.set(xlabel="confidence", ylabel="images")
    for axes in (above, below):
        axes.grid(color=LIGHT_GREY)
    handles, labels = above.get_legend_handles_labels()
    above.get_legend().remove()
    fig.legend(handles, labels, loc="outside lower left", ncols=1)
    set_title(fig, _calibration_title(predictions))
    return fig


def _bins(predictions: pd.DataFrame) -> pd.DataFrame:
    """Mean confidence, accuracy and number of images of each bin that holds any."""
    bins = confidence_bins(predictions, BINS).query("images > 0")
    return bins.assign(confidence=bins["confidence_sum"] / bins["images"], accuracy=bins["correct"] / bins["images"])


def _calibration_title(predictions: pd.DataFrame) -> str:
    error = expected_calibration_error(predictions, BINS)
    accuracy = (predictions["category"] == predictions["predicted"]).mean()
    gap = float(predictions["confidence"].mean() - accuracy)
    if error <= SMALL:
        finding = "Well calibrated"
    elif abs(gap) > error / 2:
        finding = "Overconfident" if gap > 0 else "Underconfident"
    else:
        finding = "Overconfident in some bins, underconfident in others"
    return f"{finding}:\ncalibration error {error:.3f} on {counted(len(predictions), 'test image')}"
