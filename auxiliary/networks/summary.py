"""A model's layers as a table."""

import math

import keras
import pandas as pd


def layer_table(model: keras.Model) -> pd.DataFrame:
    """One row a layer, as in Keras's own summary: layer, type, output, parameters, trainable.

    `output` is the shape without the batch axis, such as `222 x 222 x 16`; a backbone is one layer.
    """
    return pd.DataFrame([
        {"layer": layer.name, "type": type(layer).__name__,
         "output": " x ".join(str(side) for side in layer.output.shape[1:]),
         "parameters": layer.count_params(), "trainable": count(layer.trainable_weights)}
        for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)])


def count(weights: list[keras.Variable]) -> int:
    """How many numbers are in some weights."""
    return sum(math.prod(weight.shape) for weight in weights)
