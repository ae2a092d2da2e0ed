"""The layers of a built model: parameters, output shapes, multiply-adds and memory."""

import math

import keras
import pandas as pd

from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.traced_costs import traced_multiply_adds

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
# Layers that use each number of their kernels once per output position.
KERNEL_LAYERS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D, keras.layers.Dense)


def layer_table(model: keras.Model) -> pd.DataFrame:
    """One row per layer, as in Keras's own summary: layer, type, output, parameters, trainable.

    `output` is the shape without the batch axis, such as `222 x 222 x 16`. A backbone is one layer.
    """
    return pd.DataFrame([
        {"layer": layer.name, "type": type(layer).__name__,
         "output": " x ".join(str(side) for side in layer.output.shape[1:]),
         "parameters": layer.count_params(), "trainable": count_parameters(layer.trainable_weights)}
        for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)])


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers of a model without inputs; a backbone or another model inside is replaced by its own layers."""
    layers = []
    for layer in model.layers:
        inside = layer.layer if isinstance(layer, InferenceMode) else layer
        if isinstance(inside, keras.Model):
            layers += all_layers(inside)
        elif not isinstance(inside, keras.layers.InputLayer):
            layers.append(inside)
    return layers


def multiply_adds(model: keras.Model) -> int:
    """Multiplications with addition of a model for one image, in its convolutions and dense layers.

    Each number of a kernel is used once per output position. Where a layer uses its kernel in another way, as those of
    attention do, the products are counted in TensorFlow's graph. Batch norm, activations and pooling are not counted,
    as is usual.

    Raises:
        TypeError: there they are of an unknown kind.
    """
    layers = all_layers(model)
    if not all(map(_is_known, layers)):
        return traced_multiply_adds(model)
    return sum(count_parameters(_kernels(layer)) * math.prod(layer.output.shape[1:-1]) for layer in layers)


def training_bytes(model: keras.Model, batch_size: int) -> int:
    """The least memory in bytes that training needs: the outputs of layers for one batch, and weights four times.

    Backpropagation needs each layer's outputs. Weights have gradients and Adam's two averages. TensorFlow's own
    memory comes on top. Only trainable layers count: of a backbone, those that are tuned.
    """
    layers = [layer for layer in all_layers(model) if layer.trainable_weights]
    outputs = sum(math.prod(layer.output.shape[1:]) * BYTES[layer.compute_dtype] for layer in layers)
    return batch_size * outputs + 4 * 4 * count_parameters(model.trainable_weights)


def count_parameters(weights: list[keras.Variable]) -> int:
    """The number of parameters in a list of weights."""
    return sum(math.prod(weight.shape) for weight in weights)


def _kernels(layer: keras.Layer) -> list[keras.Variable]:
    return [weight for weight in layer.weights if len(weight.shape) > 1]


def _is_known(layer: keras.Layer) -> bool:
    """Whether a layer uses each number of its kernels once per output position."""
    return isinstance(layer, KERNEL_LAYERS) or not _kernels(layer)
