"""Confusion matrix and calibration of one run; single images are in `image_grids`."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from auxiliary.core.text import counted
from auxiliary.evaluation.calibration import expected_calibration_error, merged_bins
from auxiliary.evaluation.metrics import confusion
from auxiliary.evaluation.predictions import classes
from auxiliary.reporting.confusion_map import SHADES, confusion_map, mistakes_title
from auxiliary.reporting.many_classes import MOST
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, NARROW, VERMILLION, new_figure, set_title, styled

BINS = 15
LEAST = 10      # images; bins of fewer are merged
SMALL = 0.02    # a calibration error up to which confidence and accuracy agree
AS_TRAINED, CALIBRATED = "as trained", "with the temperature that predict uses"
COLOURS = {AS_TRAINED: VERMILLION, CALIBRATED: BLUE}
MARKERS = {AS_TRAINED: "s", CALIBRATED: "o"}


@styled
def confusion_figure(predictions: pd.DataFrame) -> Figure:
    """Counts of test images by true and predicted class, shaded by the share of the true class.

    Of more than 40 classes, a `confusion_map` instead.
    """
    if len(classes(predictions)) > MOST:
        return confusion_map(predictions)
    counts = confusion(predictions)
    names = Names(counts.index)
    labels = [names.category(name) for name in counts.index]
    side = 0.45 * max(len(labels), 4) + 0.1 * max(map(len, labels)) + 0.8
    fig = new_figure(max(side + 1.3, 5.8), side + 1.3, names)
    axes = fig.subplots()
    sns.heatmap(counts.div(counts.sum(axis=1).clip(lower=1), axis=0), mask=counts.eq(0), annot=counts, fmt="d",
                annot_kws={"fontsize": 10}, cmap=SHADES, vmin=0, vmax=1, square=True, xticklabels=False,
                yticklabels=False, ax=axes, cbar_kws={"label": "share of the true class", "shrink": 0.7,
                                                      "format": PercentFormatter(1)})
    axes.set_facecolor(SHADES(0.0))
    # Set here: seaborn would draw the whole figure once for each label to find those that overlap, in gigabytes.
    middles = np.arange(len(labels)) + 0.5
    axes.set_xticks(middles, labels, rotation=90)
    axes.set_yticks(middles, labels, rotation=0)
    axes.set(xlabel="predicted class", ylabel="true class")
    set_title(fig, mistakes_title(predictions, names))
    return fig


@styled
def calibration_figure(predictions: pd.DataFrame, tempered: pd.DataFrame | None = None, narrow: bool = False) -> Figure:
    """Accuracy against confidence, one marker per bin, its area the number of images; below, the images per bin.

    Above, bins of fewer than ten images are merged. The title says what is drawn of `predictions`.

    Args:
        predictions: the predictions of a network, one row per test image.
        tempered: the same at the temperature that was fitted on validation images, drawn for comparison.
        narrow: whether to draw it for a phone.
    """
    frames = {AS_TRAINED: predictions} | ({} if tempered is None else {CALIBRATED: tempered})
    fig = new_figure(NARROW if narrow else 6.4, 6.8)
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
    above.set(ylabel=f"accuracy (bins below {LEAST} images merged)", xlim=(0, 1.03), ylim=(-0.03, 1.05))
    below.set(xlabel="confidence", ylabel="images")
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True, min_n_ticks=1))
    for axes in (above, below):
        axes.grid(color=LIGHT_GREY)
    handles, labels = above.get_legend_handles_labels()
    above.get_legend().remove()
    fig.legend(handles, labels, loc="outside lower left", ncols=1)
    set_title(fig, _calibration_title(predictions))
    return fig


def _bins(predictions: pd.DataFrame) -> pd.DataFrame:
    """Mean confidence, accuracy and number of images of each bin that is drawn."""
    bins = merged_bins(predictions, BINS, LEAST)
    return bins.assign(confidence=bins["confidence_sum"] / bins["images"], accuracy=bins["correct"] / bins["images"])


def _calibration_title(predictions: pd.DataFrame) -> str:
    """The finding by the bins that are drawn, and the calibration error by all bins where that differs."""
    error = f"{expected_calibration_error(predictions, BINS):.3f}"
    bins = merged_bins(predictions, BINS, LEAST)
    # Above 0 where confidence exceeds accuracy.
    gaps = (bins["confidence_sum"] - bins["correct"]) / len(predictions)
    drawn = f"{gaps.abs().sum():.3f}"
    images = counted(len(predictions), "test image")
    if drawn == error:
        return f"{_finding(gaps)}:\ncalibration error {error} on {images}"
    return f"{_finding(gaps)}:\ncalibration error {drawn} in these bins on {images},\n{error} in {BINS} of equal width"


def _finding(gaps: pd.Series) -> str:
    """What the bins show, by the share of all images that each one's confidence is off."""
    error, gap = gaps.abs().sum(), gaps.sum()
    if error <= SMALL:
        return "Well calibrated"
    if abs(gap) <= error / 2:
        return "Overconfident in some bins, underconfident in others"
    return "Overconfident" if gap > 0 else "Underconfident"
