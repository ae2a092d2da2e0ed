"""Metrics of a predictions frame: scores of a run, scores per class, and the confusion matrix."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from auxiliary.evaluation.calibration import expected_calibration_error
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.evaluation.predictions import PROBABILITY, classes

CLIP = 1e-7    # Keras's epsilon: without it, one image with p = 0 would make the mean infinite


@dataclass(frozen=True)
class Scores:
    """The scores of a set of predictions.

    Attributes:
        accuracy: share of correct predictions, 0 to 1.
        loss: mean cross-entropy in nats.
        macro_f1: unweighted mean F1 of all classes that occur or were predicted, 0 to 1.
        accuracy_low: lower end of the 95% Wilson interval of the accuracy.
        accuracy_high: its upper end.
        ece: expected calibration error, 15 bins, 0 to 1: the distance of confidence from accuracy.
        images: number of images.
    """

    accuracy: float
    loss: float
    macro_f1: float
    accuracy_low: float
    accuracy_high: float
    ece: float
    images: int


def scores(predictions: pd.DataFrame) -> Scores:
    """Accuracy with its interval, loss, macro-F1 and calibration error of a predictions frame.

    The loss is computed in float64 from the `p:` columns, clipped to 1e-7 ... 1 - 1e-7 as Keras does.

    Args:
        predictions: one row per image, with `category`, `predicted`, `confidence` and one column `p:<category>` per
            class.

    Raises:
        UserError: when there are no images.
    """
    correct = int((predictions["category"] == predictions["predicted"]).sum())
    low, high = wilson_interval(correct, len(predictions))
    return Scores(
        accuracy=correct / len(predictions), loss=_cross_entropy(predictions),
        macro_f1=float(f1_score(predictions["category"], predictions["predicted"], average="macro",
                                zero_division=0)),
        accuracy_low=low, accuracy_high=high, ece=expected_calibration_error(predictions), images=len(predictions))


def per_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and F1 (0 to 1; 0 where undefined) and the number of images of each class.

    Returns:
        A frame with the columns `precision`, `recall`, `f1`, `images`; its index `category` holds the
        classes in the order of the `p:` columns.
    """
    names = classes(predictions)
    columns = precision_recall_fscore_support(predictions["category"], predictions["predicted"],
                                              labels=names, zero_division=0)
    frame = pd.DataFrame(dict(zip(["precision", "recall", "f1", "images"], columns, strict=True)))
    return frame.set_index(pd.Index(names, name="category"))


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Counts of images by true class (index `category`) and predicted class (columns `predicted`)."""
    names = classes(predictions)
    counts = confusion_matrix(predictions["category"], predictions["predicted"], labels=names)
    return pd.DataFrame(counts, index=pd.Index(names, name="category"),
                        columns=pd.Index(names, name="predicted"))


def confusions(predictions: pd.DataFrame, most: int = 20) -> pd.DataFrame:
    """The commonest mistakes by true and predicted class; of equally common ones the larger share comes first.

    Args:
        predictions: one row per image.
        most: how many pairs of classes to list, at most.

    Returns:
        Columns `category`, `predicted`, `images` (how often the one was taken for the other) and `share` (of the
        images of `category`, 0 to 1).
    """
    wrong = predictions.loc[predictions["category"] != predictions["predicted"], ["category", "predicted"]]
    # As a category of pandas, so that remaining ties are in the order of labels.
    pairs = wrong.astype(pd.CategoricalDtype(classes(predictions))).groupby(list(wrong), observed=True)
    table = pairs.size().reset_index(name="images").astype({"category": object, "predicted": object})
    table["share"] = table["images"] / table["category"].map(predictions["category"].value_counts())
    return table.sort_values(["images", "share"], ascending=False, ignore_index=True).head(most)


def hardest_class(predictions: pd.DataFrame) -> str:
    """The class with the most mistakes on its images; of equals, or without mistakes, the first."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    return wrong["category"].value_counts().reindex(classes(predictions), fill_value=0).idxmax()


def _cross_entropy(predictions: pd.DataFrame) -> float:
    names = classes(predictions)
    table = predictions[[PROBABILITY + name for name in names]].to_numpy(np.float64)
    position = pd.Index(names).get_indexer(predictions["category"])
    true = table[np.arange(len(table)), position]
    return float(-np.log(np.clip(true, CLIP, 1 - CLIP)).mean())
