"""How far the figures of two trainings may lie apart where operations need not give the same numbers again."""

import pandas as pd

from auxiliary.runs.result import RANGES

# Accuracies and other shares may differ by so much, or by so many images where that is more; losses by so many nats, or
# by this part where that is more.
SHARE, IMAGES = 0.02, 3
NATS, PART = 0.02, 0.25
# Early stopping may end either run sooner.
FREE = {"epochs"}
STATED = (f"accuracies and other shares within {SHARE:g} or {IMAGES} images, losses within {NATS:g} or {PART:.0%}; the "
          "figures of epochs and images are not compared")


def beyond_tolerance(figures: pd.DataFrame, images: int) -> pd.Series:
    """Which figures of a result lie further apart than two trainings of one experiment may.

    Args:
        figures: with the columns `figure`, `then` and `again`, as text.
        images: the fewest images that a share is measured on.
    """
    return pd.Series([not _close(*pair, images) for pair in figures[["figure", "then", "again"]].to_numpy()],
                     figures.index, dtype=bool)


def _close(name: str, then: str, again: str, images: int) -> bool:
    if then == again or name in FREE:
        return True
    try:
        one, other = float(then), float(again)
    except ValueError:    # such as where a run diverged
        return False
    # A NaN is close to nothing.
    return abs(one - other) <= (max(SHARE, IMAGES / images) if _is_share(name) else max(NATS, PART * max(one, other)))


def _is_share(name: str) -> bool:
    return name in RANGES and RANGES[name].most == 1
