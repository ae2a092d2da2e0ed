"""The most suspicious labels as pictures."""

import pandas as pd
from matplotlib.figure import Figure

from auxiliary.reporting.picture_sheets import captioned_sheet
from auxiliary.reporting.style import counted, short


def suspect_sheet(suspicious: pd.DataFrame, n: int = 10) -> Figure:
    """The `n` most suspicious labels, each below its picture with what the other pictures suggest.

    Args:
        suspicious: the table that `suspects` or `suspect_labels` gives, the most suspicious first.
        n: how many to show, or as many as there are; an empty table gives a figure of the title alone.
    """
    chosen = suspicious.head(n)
    which = counted(len(suspicious), "suspect label") if len(suspicious) else "No suspect labels to look at"
    if len(suspicious) > len(chosen):
        which = f"The most suspicious {len(chosen)} of {which}"
    fig = captioned_sheet(chosen.rename(columns={"suggested": "predicted"}), which)
    for axes, (_, row) in zip(fig.axes, chosen.iterrows(), strict=False):
        axes.xaxis.label.set_text(f"labelled {short(row['category'], 18)}\n"
                                  f"looks like {short(row['suggested'], 13)} {row['confidence']:.2f}")
    return fig
