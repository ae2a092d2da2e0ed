"""Significance of the difference between two runs on the same test images: McNemar's test and Holm's correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import basename

import numpy as np
import pandas as pd

from auxiliary.evaluation.intervals import paired_interval


@dataclass(frozen=True)
class PairedTest:
    """Two runs compared image by image.

    Attributes:
        both: number of images that both runs predict correctly.
        only_first: number of images that only the first predicts correctly.
        only_second: number of images that only the second predicts correctly.
        neither: number of images that neither predicts correctly.
        p: the p-value of McNemar's test, 0 to 1.
        low: lower end of the 95% interval of the difference in accuracy, the first minus the second, -1 to 1.
        high: its upper end.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float
    low: float
    high: float


def paired_test(first: pd.DataFrame, second: pd.DataFrame) -> PairedTest | None:
    """Compare two runs by their predictions for the same images in the same order; None for other images.

    Images count as the same if their categories and file names are equal; their folder may have been moved. The
    caller has to know that the files' contents are equal.

    The p-value is that of `mcnemar`, the interval that of `paired_interval`. These are two methods, so near p = 0.05
    one may find a difference where the other finds none; the p-value decides.

    Args:
        first: predictions of a run, one row per image, with `filepath`, `category` and `predicted`.
        second: predictions of the other run.

    Raises:
        UserError: when there are no images.
    """
    if _images(first) != _images(second):
        return None
    one, other = ((frame["category"] == frame["predicted"]).to_numpy() for frame in (first, second))
    counts = {"both": int((one & other).sum()), "only_first": int((one & ~other).sum()),
              "only_second": int((~one & other).sum()), "neither": int((~one & ~other).sum())}
    low, high = paired_interval(**counts)
    return PairedTest(**counts, p=mcnemar(counts["only_first"], counts["only_second"]), low=low, high=high)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test.

    Only images on which the two runs differ count. If the runs are equally good, each predicts half of these
    correctly, as in tossing a coin. The p-value is the probability of a split at least as uneven.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157; the binomial distribution itself in place of its approximation.

    Args:
        only_first: number of images that only the first run predicts correctly.
        only_second: number of images that only the second run predicts correctly.

    Returns:
        0 to 1; 1 where the two never differ.
    """
    # Importing it takes about a second, which a command would wait for at every start.
    from scipy.stats import binomtest

    differ = only_first + only_second
    return float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests, corrected so that the chance of any false alarm stays below 5%.

    Without a correction, one of twenty comparisons of equally good runs would have p below 0.05. The smallest of m
    p-values is multiplied by m, the next by m - 1 and so on; none may end below a smaller one, or above 1.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979), 65-70.

    Returns:
        The corrected p-values, 0 to 1, in the order given.
    """
    values = np.asarray(p_values, dtype=float)
    order = values.argsort(kind="stable")
    raised = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)).clip(max=1)
    corrected = np.empty_like(values)
    corrected[order] = raised
    return corrected.tolist()


def _images(predictions: pd.DataFrame) -> list[tuple[str, str]]:
    """Category and file name of each image."""
    return list(zip(predictions["category"], predictions["filepath"].map(basename), strict=True))
