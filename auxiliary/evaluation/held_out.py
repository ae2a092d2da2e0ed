"""How many images of a class are told to be unlike the others, where a network never saw the class."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

from auxiliary.evaluation.limit import KEPT

COLUMNS = ["category", "images", "auroc", "caught", "false_alarms", "caught_at_5"]


class Split(NamedTuple):
    """The images of a split.

    Attributes:
        features: (N, channels).
        labels: (N,) integers, from 0.
    """

    features: np.ndarray
    labels: np.ndarray

    def of(self, label: int) -> np.ndarray:
        """The features of the images of a class."""
        return self.features[self.labels == label]

    def only(self, labels: Sequence[int]) -> "Split":
        """The images of some classes, their labels from 0 in the order of `labels`, which is sorted."""
        some = np.isin(self.labels, labels)
        return Split(self.features[some], np.searchsorted(labels, self.labels[some]))

    def without(self, label: int) -> "Split":
        """The images of the other classes, their labels from 0 again."""
        others = self.labels != label
        return Split(self.features[others], self.labels[others] - (self.labels[others] > label))


# From training and validation images to a function that scores features; the higher, the more unlike.
Method = Callable[[Split, Split], Callable[[np.ndarray], np.ndarray]]


def hold_out(train: Split, val: Split, tested: Split, label: int, category: str, method: Method) -> dict[str, object]:
    """Hold out a class, and count how many of its images are found.

    Only the method is fitted to the other classes. The network that computed the features must never have seen labels.

    Args:
        train: what the method is fitted to.
        val: what sets the limit, above which an image counts as unlike: 95% of these are below it.
        tested: what is counted.
        label: that of the class, which has images among the tested ones.
        category: its name.
        method: makes the scores.

    Returns:
        `category`; `images`, how many of it were tested; `auroc`, the share of pairs of an image of the class and one
        of another class in which the former has the higher score; `caught`, the share of the class above the limit;
        `false_alarms`, the share of the tested images of other classes above it; and `caught_at_5`, the share of the
        class above the limit that exactly 5% of those are above.
    """
    known = val.without(label)
    scores = method(train.without(label), known)
    limit = np.quantile(scores(known.features), KEPT)
    unlike, like = scores(tested.of(label)), scores(tested.without(label).features)
    figures = [roc_auc_score(np.repeat([1, 0], [len(unlike), len(like)]), np.concatenate([unlike, like])),
               (unlike > limit).mean(), (like > limit).mean(), (unlike > np.quantile(like, KEPT)).mean()]
    return dict(zip(COLUMNS, [category, len(unlike), *map(float, figures)], strict=True))
