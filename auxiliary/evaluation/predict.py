"""What a model says of images, as a table."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.networks.inference import frozen_graph, predict_batches


def predict(model: keras.Model, batches: tf.data.Dataset, df: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """The probabilities that a model gives each class for each image.

    Args:
        model: whose output is (N, classes) probabilities.
        batches: the images in the table's order, as the model takes them; where they come several times over,
            each time in that order, the mean of what is said of each counts.
        df: the table of the images, with `filepath`, `category` and `label`.
        categories: class names in the order of the labels.

    Returns:
        filepath, category, label, predicted (a class name), confidence (0 to 1), then `p:<class>` for each.
    """
    said = np.concatenate(list(predict_batches(frozen_graph(model), batches)))
    probabilities = said.reshape(-1, len(df), len(categories)).mean(axis=0)
    best = probabilities.argmax(axis=1)
    table = df[["filepath", "category", "label"]].reset_index(drop=True)
    table["predicted"] = np.array(categories, dtype=object)[best]
    table["confidence"] = probabilities[np.arange(len(best)), best]
    columns = pd.DataFrame(probabilities, columns=[PROBABILITY + name for name in categories])
    return pd.concat([table, columns], axis=1)
