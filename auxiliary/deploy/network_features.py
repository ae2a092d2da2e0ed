"""The features that a network's final layer takes, beside its probabilities, and the weights of that layer."""

import keras
import numpy as np

from auxiliary.networks.costs import OUTPUT


def with_features(model: keras.Model) -> keras.Model:
    """The same network with one output: (N, classes + channels) float32, the probabilities and then the features.

    Args:
        model: from `build_scratch` or `build_transfer`; its final layer takes (N, channels).
    """
    features = model.get_layer(OUTPUT).input
    beside = keras.layers.Concatenate(dtype="float32", name="with_features")([model.outputs[0], features])
    return keras.Model(model.inputs, beside, name=model.name)


def split_features(output: np.ndarray, model: keras.Model) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities, (N, classes), and the features, (N, channels), in what `with_features(model)` gives."""
    classes = model.outputs[0].shape[-1]
    return output[:, :classes], output[:, classes:]


def final_weights(model: keras.Model) -> tuple[np.ndarray, np.ndarray]:
    """The kernel, (channels, classes), and the bias, (classes,), of the final layer; without a bias zeros."""
    kernel, *bias = model.get_layer(OUTPUT).get_weights()
    return kernel, bias[0] if bias else np.zeros(kernel.shape[1], "float32")
