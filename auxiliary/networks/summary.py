"""What a built model's layers hold and take."""

import math

import keras
import pandas as pd

from auxiliary.networks.inference import InferenceMode

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
# Layers that use each number of their kernels once at each place of what comes out.
SLIDING = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D, keras.layers.Dense)


def layer_table(model: keras.Model) -> pd.DataFrame:
    """One row a layer, as in Keras's own summary: layer, type, output, parameters, trainable.

    `output` is the shape without the batch axis, such as `222 x 222 x 16`; a backbone is one layer.
    """
    return pd.DataFrame([
        {"layer": layer.name, "type": type(layer).__name__,
         "output": " x ".join(str(side) for side in layer.output.shape[1:]),
         "parameters": layer.count_params(), "trainable": count(layer.trainable_weights)}
        for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)])


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers of a model without its inputs; in place of a backbone or another model inside, that one's layers."""
    layers = []
    for layer in model.layers:
        inside = layer.layer if isinstance(layer, InferenceMode) else layer
        if isinstance(inside, keras.Model):
            layers += all_layers(inside)
        elif not isinstance(inside, keras.layers.InputLayer):
            layers.append(inside)
    return layers


def multiply_adds(model: keras.Model) -> int:
    """Multiplications with addition of a model for one image: those of its convolutions and dense layers.

    Each number of a kernel is used once at each place of what comes out. Batch norm, activations and pooling are
    left out, as is usual.

    Raises:
        TypeError: for a layer with a kernel that is used in another way.
    """
    return sum(count(_kernels(layer)) * math.prod(layer.output.shape[1:-1]) for layer in all_layers(model))


def training_bytes(model: keras.Model, batch_size: int) -> int:
    """Bytes of memory that training a model takes at least: what its layers give out, and weights four times over.

    To go back through the layers, what each gave out for a batch is kept; weights come with their gradients and the two
    averages of Adam. What TensorFlow needs to work with comes on top. Of a backbone only the layers that are tuned
    count, which is what has to be kept of it.
    """
    layers = [layer for layer in all_layers(model) if layer.trainable_weights]
    given_out = sum(math.prod(layer.output.shape[1:]) * BYTES[layer.compute_dtype] for layer in layers)
    return batch_size * given_out + 4 * 4 * count(model.trainable_weights)


def _kernels(layer: keras.Layer) -> list[keras.Variable]:
    kernels = [weight for weight in layer.weights if len(weight.shape) > 1]
    if kernels and not isinstance(layer, SLIDING):
        raise TypeError(f"no rule says how often {layer.name}, a {type(layer).__name__}, uses its kernel")
    return kernels


def count(weights: list[keras.Variable]) -> int:
    """How many numbers are in some weights."""
    return sum(math.prod(weight.shape) for weight in weights)
