"""A pre-trained network as one layer that stays in inference mode while its outer model trains."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


# In a functional model Keras 3.15 overrides `backbone(x, training=False)` with the mode the model is called in
# (`operation_fn` in keras/src/models/functional.py), so batch normalisation with trainable scale and shift
# would train its averages too. A call from inside a layer keeps what it says.
@keras.saving.register_keras_serializable(package="auxiliary")
class InferenceMode(keras.layers.Wrapper):
    """Calls a layer or model with `training=False`, whatever mode it is called in itself.

    Batch normalisation inside uses and keeps its averages, dropout inside does nothing, and the weights of
    layers that are trainable do train. Importing this module lets Keras read saved models that hold it.

    Example:
        `InferenceMode(backbone, name="backbone")(pixels)`
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs) -> None:
        # float32 passes images of 0 to 255 on unrounded; the layer inside casts them by its own policy.
        super().__init__(layer, **{"dtype": "float32", **kwargs})

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The layer's output in inference mode."""
        return self.layer(inputs, training=False)


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


# Batches in the works at once: while one waits for the last core, the others go on with the next.
AT_ONCE = 2
Ask = Callable[[tf.Tensor], tf.Tensor]


def answers(ask: Ask, batches: Iterable[tuple[tf.Tensor, object]]) -> Iterator[np.ndarray]:
    """What a frozen model says of each batch, in order.

    The model is asked from threads: as a step of a data set, TensorFlow would not optimise its graph, which takes twice
    to four times as long.

    Args:
        ask: what `frozen` returned.
        batches: of inputs, and labels that are not looked at.
    """
    waiting: deque[Future[np.ndarray]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for inputs, _ in batches:
            waiting.append(pool.submit(lambda inputs=inputs: ask(inputs).numpy()))
            if len(waiting) > AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def frozen(model: keras.Model) -> Ask:
    """Freeze a model in inference mode: what follows a convolution TensorFlow then computes in the same step.

    Args:
        model: from one input to one output; weights that change later do not change what is returned.

    Returns:
        A function from (N, …) float32 batches, N not fixed, to what the model says of them.
    """
    copy = folded(model)
    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    graph = tf.function(lambda batch: copy(batch, training=False)).get_concrete_function(spec)
    constant = convert_variables_to_constants_v2(graph)
    return lambda batch: constant(tf.cast(batch, tf.float32))[0]
