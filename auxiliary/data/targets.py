"""The labels of a batch, as a network is trained on them."""

import numpy as np
import pandas as pd
import tensorflow as tf

from auxiliary.core.errors import UserError


class Targets:
    """The labels of a table's images: numbers of classes, or the share of each class.

    Args:
        df: the table, with `label`.
        classes: how many classes there are, for shares; None for numbers.

    Raises:
        UserError: a label is that of no class.
    """

    def __init__(self, df: pd.DataFrame, classes: int | None) -> None:
        self._labels, self._classes = df["label"].to_numpy("int64"), classes
        if classes is not None and self._labels.max() >= classes:
            raise UserError(f"the table has label {self._labels.max()}, but there are {classes} classes, from 0")

    def __getitem__(self, places: np.ndarray) -> np.ndarray:
        """The labels at some places: (N,) int64, or (N, classes) float32 of images that have one class each."""
        labels = self._labels[places]
        return labels if self._classes is None else (labels[:, None] == np.arange(self._classes)).astype("float32")

    @property
    def spec(self) -> tf.TensorSpec:
        """Shape and dtype of a batch's labels."""
        if self._classes is None:
            return tf.TensorSpec((None,), tf.int64)
        return tf.TensorSpec((None, self._classes), tf.float32)
