"""What a predictions frame is worth: figures for a run, for each class, and who is taken for whom."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from auxiliary.errors import UserError

PROBABILITY = "p:"    # how the columns of a predictions frame that hold class probabilities begin
CLIP = 1e-7           # Keras's epsilon: without it, one picture with p = 0 makes the mean infinite


@dataclass(frozen=True)
class Scores:
    """How good a set of predictions is.

    Attributes:
        accuracy: share of pictures whose predicted class is the true one, 0 to 1.
        loss: mean cross-entropy in nats.
        macro_f1: unweighted mean F1 of the classes that occur or were predicted, 0 to 1.
        accuracy_low: lower end of the 95% Wilson interval of the accuracy.
        accuracy_high: its upper end.
        pictures: how many pictures there were.
    """

    accuracy: float
    loss: float
    macro_f1: float
    accuracy_low: float
    accuracy_high: float
    pictures: int


def wilson_interval(correct: int, total: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The score interval of a share: where the true accuracy lies, judging by `total` pictures.

    Unlike accuracy ± z standard errors it stays inside 0 to 1 and is of use for few pictures and for shares
    near 0 or 1. It covers the luck of the test draw, not the spread between training runs.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212.

    Args:
        correct: how many were right, 0 to `total`.
        total: how many there were, at least 1.
        z: the normal quantile; the default makes a 95% interval.

    Returns:
        Its lower and upper end, each from 0 to 1.

    Raises:
        UserError: for fewer than one picture, or more right than there are.
    """
    if not 0 <= correct <= total or total < 1:
        raise UserError(f"no interval for {correct} right of {total}: give at least one picture, "
                        "and no more right than there are")
    share = correct / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Rounding would otherwise leave 0 right of 10 a bound of -1e-17.
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def difference_interval(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """Where the difference of two accuracies lies, judging by each one's Wilson interval.

    It takes the two for independent. Two models tested on the same pictures are right and wrong together
    more often than that, so it is wider than it need be rather than too narrow.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics
    in Medicine 17 (1998), 873-890, method 10.

    Args:
        first: an accuracy and the lower and upper end of its interval.
        second: the same of the accuracy to take away.

    Returns:
        Lower and upper end, from -1 to 1.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def classes(predictions: pd.DataFrame) -> list[str]:
    """The class names of a predictions frame, in the order of its `p:` columns."""
    return [name.removeprefix(PROBABILITY) for name in predictions.columns if name.startswith(PROBABILITY)]


def scores(predictions: pd.DataFrame) -> Scores:
    """Accuracy with its interval, loss and macro-F1 of a predictions frame.

    The loss is computed in float64 from the `p:` columns, clipped to 1e-7 ... 1 - 1e-7 as Keras does.

    Args:
        predictions: a row a picture, with `category`, `predicted` and a column `p:<category>` a class.

    Raises:
        UserError: when there are no pictures.
    """
    right = int((predictions["category"] == predictions["predicted"]).sum())
    low, high = wilson_interval(right, len(predictions))
    return Scores(
        accuracy=right / len(predictions), loss=_cross_entropy(predictions),
        macro_f1=float(f1_score(predictions["category"], predictions["predicted"], average="macro",
                                zero_division=0)),
        accuracy_low=low, accuracy_high=high, pictures=len(predictions))


def per_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and F1 (0 to 1; 0 where undefined) and the number of pictures of each class.

    Returns:
        A frame with the columns `precision`, `recall`, `f1`, `pictures`; its index `category` holds the
        classes in the order of the `p:` columns.
    """
    names = classes(predictions)
    columns = precision_recall_fscore_support(predictions["category"], predictions["predicted"],
                                              labels=names, zero_division=0)
    frame = pd.DataFrame(dict(zip(["precision", "recall", "f1", "pictures"], columns, strict=True)))
    return frame.set_index(pd.Index(names, name="category"))


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Counts of pictures by true class (index `category`) and predicted class (columns `predicted`)."""
    names = classes(predictions)
    counts = confusion_matrix(predictions["category"], predictions["predicted"], labels=names)
    return pd.DataFrame(counts, index=pd.Index(names, name="category"),
                        columns=pd.Index(names, name="predicted"))


def hardest_class(predictions: pd.DataFrame) -> str:
    """The class whose pictures are taken for others most often; of equals, or without mistakes, the first."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    return wrong["category"].value_counts().reindex(classes(predictions), fill_value=0).idxmax()


def _cross_entropy(predictions: pd.DataFrame) -> float:
    names = classes(predictions)
    table = predictions[[PROBABILITY + name for name in names]].to_numpy(np.float64)
    position = pd.Index(names).get_indexer(predictions["category"])
    true = table[np.arange(len(table)), position]
    return float(-np.log(np.clip(true, CLIP, 1 - CLIP)).mean())
