"""Whether a network is as often right as it is sure, as a figure."""

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.evaluation.calibration import confidence_bins, expected_calibration_error
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, VERMILLION, counted, new_figure, styled

SMALL = 0.02    # a calibration error up to which confidence can be taken at its word


@styled
def calibration_figure(predictions: pd.DataFrame, tempered: pd.DataFrame | None = None) -> Figure:
    """Accuracy against confidence, a dot a bin of confidence, its area the pictures in it.

    Args:
        predictions: what a network says of each test picture.
        tempered: the same under the temperature that was fitted on validation pictures, drawn beside it.
    """
    fig = new_figure(6.4, 5.6)
    axes = fig.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.5, label="as often right as sure")
    lines = {"as trained": (predictions, VERMILLION, "s-")}
    if tempered is not None:
        lines["with the temperature that predict uses"] = (tempered, BLUE, "o-")
    for label, (frame, colour, look) in lines.items():
        bins = confidence_bins(frame).query("pictures > 0")
        means = bins["confidence_sum"] / bins["pictures"], bins["right"] / bins["pictures"]
        axes.plot(*means, look, color=colour, linewidth=1.5, markersize=4, label=label)
        axes.scatter(*means, s=600 * bins["pictures"] / len(frame), color=colour, marker=look[0], alpha=0.35,
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
    return f"{found}: calibration error {error:.3f}\non {counted(len(predictions), 'test picture')}; area: pictures"
