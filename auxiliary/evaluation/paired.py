"""Two runs on the same test pictures: which is better, and could that be luck?"""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import basename

import numpy as np
import pandas as pd

from auxiliary.evaluation.intervals import paired_interval


@dataclass(frozen=True)
class PairedTest:
    """Two runs compared picture by picture.

    Attributes:
        both: how many pictures both got right.
        only_first: how many the first alone got right.
        only_second: how many the second alone got right.
        neither: how many both got wrong.
        p: how likely at least so uneven a share of the pictures on which they differ would be if the two were equally
            good, 0 to 1.
        low: lower end of the 95% interval of the difference in accuracy, the first less the second, -1 to 1.
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
    """Compare two runs by their predictions for the same pictures, in the same order; None where they are not.

    Pictures count as the same by their categories and the names of their files: the folder that they lie in may have
    been moved. That they hold the same is for the caller to know.

    The p-value is `mcnemar`'s, the interval `paired_interval`'s. As these are two methods, the interval may just
    leave out 0 where p is just above 0.05, or the other way round; p decides.

    Args:
        first: a run's predictions, a row a picture, with `filepath`, `category` and `predicted`.
        second: those of the other run.

    Raises:
        UserError: when there are no pictures.
    """
    if _pictures(first) != _pictures(second):
        return None
    one, other = ((said["category"] == said["predicted"]).to_numpy() for said in (first, second))
    counts = {"both": int((one & other).sum()), "only_first": int((one & ~other).sum()),
              "only_second": int((~one & other).sum()), "neither": int((~one & ~other).sum())}
    low, high = paired_interval(**counts)
    return PairedTest(**counts, p=mcnemar(counts["only_first"], counts["only_second"]), low=low, high=high)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test.

    Pictures that both runs get right, or both wrong, say nothing about which is better. Of the others each run gets
    half right if they are equally good, as in tossing a coin.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157; the binomial distribution itself in place of its approximation.

    Args:
        only_first: how many pictures the first alone got right.
        only_second: how many the second alone got right.

    Returns:
        0 to 1; 1 where the two never differ.
    """
    # It takes about a second to import, which the command would wait for at every start.
    from scipy.stats import binomtest

    differ = only_first + only_second
    return float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several tests, raised so that the chance of even one false alarm among them stays below 5%.

    Without that, one of twenty comparisons of equally good runs would have p below 0.05. The smallest of m is
    multiplied by m, the next by m - 1 and so on, none is left below one before it or above 1.

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


def _pictures(predictions: pd.DataFrame) -> list[tuple[str, str]]:
    """Category and name of each file."""
    return list(zip(predictions["category"], predictions["filepath"].map(basename), strict=True))
