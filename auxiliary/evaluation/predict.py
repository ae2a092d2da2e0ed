"""The predictions of a model, as a table."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.networks.inference import PredictFunction, predict_batches


def predict(graph: PredictFunction, views: Sequence[Iterable[tuple[tf.Tensor, object]]], df: pd.DataFrame,
            categories: list[str], weights: Sequence[float] | None = None) -> pd.DataFrame:
    """The class probabilities of each image by a model.

    Args:
        graph: the `frozen_graph` of a model with (N, classes) probabilities as output.
        views: batches of the images in the table's order, preprocessed for the model. Of several views the
            probabilities of an image are averaged.
        df: the table of the images, with `filepath`, `category` and `label`.
        categories: class names in the order of the labels.
        weights: the weight of each view; the same for all unless given.

    Returns:
        One row per image: `filepath`, `category`, `label`, `predicted` (a class name), `confidence` (0 to 1), and one
        column `p:<class>` per class.
    """
    outputs = [np.concatenate(list(predict_batches(graph, batches))) for batches in views]
    return predictions_table(np.average(outputs, axis=0, weights=weights), df, categories)


def predictions_table(probabilities: np.ndarray, df: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """The table of predictions that `predict` returns.

    Args:
        probabilities: (images, classes), 0 to 1.
        df: the table of the images in the same order, with `filepath`, `category` and `label`.
        categories: class names in the order of the labels.
    """
    best = probabilities.argmax(axis=1)
    table = df[["filepath", "category", "label"]].reset_index(drop=True)
    table["predicted"] = np.array(categories, dtype=object)[best]
    table["confidence"] = probabilities[np.arange(len(best)), best]
    columns = pd.DataFrame(probabilities, columns=[PROBABILITY + name for name in categories])
    return pd.concat([table, columns], axis=1)
