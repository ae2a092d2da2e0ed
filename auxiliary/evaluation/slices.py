"""Slices of the test images by what is known of them, and on which of them a network is worse than on the others.

The rule:

- A slice holds the test images of one value: of a size, a brightness, a file format. Numbers are cut into thirds of the
  images; equal numbers stay together. A property that cuts nothing is left out.
- A slice is named as worse where its accuracy is lower than that of all other test images and Fisher's exact test of
  the two accuracies gives p < 0.05. The p-values are corrected by Holm for all slices of all networks of the table.

Test images count as independent, near-duplicates among them too.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from auxiliary.evaluation.comparison import ALPHA
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.evaluation.significance import holm

PARTS = 3
COLUMNS = ["network", "property", "slice", "images", "accuracy", "low", "high", "rest", "p", "worse"]


def cut_in_thirds(values: pd.Series, form: str = "{:,.0f}", unit: str = "") -> pd.Series:
    """The slice of each value: the lowest, the middle and the highest third, each named by its least and greatest.

    Args:
        values: one number per image; none is missing.
        form: how a number is written.
        unit: what follows the numbers, such as ` px`.

    Returns:
        An ordered category per image; fewer than three where many values are equal.
    """
    numbers = pd.qcut(values.astype("float64"), PARTS, labels=False, duplicates="drop")
    ends = values.groupby(numbers).agg(["min", "max"])
    names = {number: " to ".join(dict.fromkeys(map(form.format, row))) + unit
             for number, row in zip(ends.index, ends.to_numpy(), strict=True)}
    # Numbers that are written alike make one slice.
    return pd.Series(pd.Categorical(numbers.map(names), list(dict.fromkeys(names.values())), ordered=True),
                     values.index)


def slices(correct: Mapping[str, np.ndarray], properties: pd.DataFrame) -> pd.DataFrame:
    """The accuracy of each network on each slice.

    Args:
        correct: (images,) bool per network, by its name: which images it answers correctly.
        properties: one row per image in the same order, one column per property: the image's slice.

    Returns:
        One row per network and slice: `network`, `property`, `slice`, `images`; `accuracy` and `low` and `high`, the
        ends of its 95% Wilson interval; `rest`, the accuracy on all other images, 0 to 1; `p`, the corrected p-value of
        no difference between the two; and whether the slice is `worse`.
    """
    rows = [(network, name, value, *_figures(right, (column == value).to_numpy()))
            for name, column in properties.items() if len(values := _values(column)) > 1
            for value in values for network, right in correct.items()]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["p"] = holm(table["p"].tolist())
    return table.assign(worse=(table["p"] < ALPHA) & (table["accuracy"] < table["rest"]))


def _values(column: pd.Series) -> list[str]:
    """The slices of a property: numbers in their order, texts with the most frequent first."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [value for value in column.cat.categories if (column == value).any()]
    return column.value_counts().index.tolist()


def _figures(right: np.ndarray, inside: np.ndarray) -> tuple[int, float, float, float, float, float]:
    """Number of images, accuracy, the ends of its interval, the accuracy of the others, and the p-value."""
    # Importing it takes about a second, which a command would wait for at every start.
    from scipy.stats import fisher_exact

    hits, images = int(right[inside].sum()), int(inside.sum())
    other_hits, others = int(right[~inside].sum()), int((~inside).sum())
    p = fisher_exact([[hits, images - hits], [other_hits, others - other_hits]]).pvalue
    return images, hits / images, *wilson_interval(hits, images), other_hits / others, float(p)
