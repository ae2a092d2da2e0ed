"""Batch normalisation folded into the convolutions before it, for a model that is only asked and never trained."""

import keras
import numpy as np

from auxiliary.networks.inference import InferenceMode

# A DepthwiseConv2D is none of Keras's Conv2D.
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)


def folded(model: keras.Model) -> keras.Model:
    """A copy that computes the same in inference mode without batch normalisation.

    A convolution with weights w and bias b, normalised to γ·(x - μ)/√(σ² + ε) + β, is one with weights w·s and bias
    (b - μ)·s + β, where s = γ/√(σ² + ε). Batch normalisation after anything else stays.

    Args:
        model: functional or sequential; left as it is. What is wrapped in `InferenceMode` is folded too.
    """
    model = keras.Model(model.inputs, model.outputs)
    pairs = {layer.name: after for layer in model.layers if (after := _normalised_by(layer))}
    gone = {layer.name for layer in pairs.values()}

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        if layer.name in gone:
            return keras.layers.Identity(name=layer.name, dtype=layer.dtype_policy)
        config = layer.get_config()
        if isinstance(layer, InferenceMode):
            return InferenceMode(folded(layer.layer), name=layer.name)
        return type(layer).from_config(config | {"use_bias": True} if layer.name in pairs else config)

    def call(layer: keras.layers.Layer, inputs: keras.KerasTensor, **options: object) -> keras.KerasTensor:
        # Batch normalisation was also given a mask, which nothing stands in for.
        return inputs if layer.name in gone else layer(inputs, **options)

    clone = keras.models.clone_model(model, clone_function=copy, call_function=call)
    for layer in clone.layers:
        if layer.weights and not isinstance(layer, InferenceMode):
            of = model.get_layer(layer.name)
            layer.set_weights(_folded_weights(of, pairs[of.name]) if of.name in pairs else of.get_weights())
    return clone


def _normalised_by(layer: keras.layers.Layer) -> keras.layers.BatchNormalization | None:
    """The batch normalisation that alone takes what a convolution makes, if one does."""
    if not isinstance(layer, CONVOLUTIONS) or layer.activation is not keras.activations.linear:
        return None
    consumers = [node.operation for node in layer._outbound_nodes]
    return consumers[0] if len(consumers) == 1 and isinstance(consumers[0], keras.layers.BatchNormalization) else None


def _folded_weights(convolution: keras.layers.Layer,
                    normalisation: keras.layers.BatchNormalization) -> list[np.ndarray]:
    """Kernel and bias that do the work of both."""
    kernel, *bias = convolution.get_weights()
    mean, variance = (np.asarray(value) for value in (normalisation.moving_mean, normalisation.moving_variance))
    scale = 1 / np.sqrt(variance + normalisation.epsilon)
    if normalisation.gamma is not None:
        scale = scale * np.asarray(normalisation.gamma)
    shift = np.asarray(normalisation.beta) if normalisation.beta is not None else 0
    # A depthwise kernel's last two axes are channels and what each becomes.
    channels = kernel.shape[2:] if isinstance(convolution, keras.layers.DepthwiseConv2D) else kernel.shape[3:]
    return [kernel * scale.reshape(channels), ((bias[0] if bias else 0) - mean) * scale + shift]
