"""Networks in inference mode: a backbone that stays in it while its head trains, and faster predictions.

Predictions come from a graph of constants in which batch normalisation is folded into the convolutions.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf

from auxiliary.networks.layer_graph import consumers

PredictFunction = Callable[[tf.Tensor], tf.Tensor]

# Layers that batch normalisation can be folded into. DepthwiseConv2D is no subclass of Conv2D.
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
# Batches computed at the same time: while one waits for its last core, the others use the free ones.
CONCURRENT_BATCHES = 2


# In a functional model Keras 3.15 overrides `backbone(x, training=False)` with the mode of the outer call
# (`operation_fn` in keras/src/models/functional.py). Batch normalisation with trainable scale and shift would then
# update its averages too. A call from inside a layer keeps its mode.
@keras.saving.register_keras_serializable(package="auxiliary")
class InferenceMode(keras.layers.Wrapper):
    """Calls a layer or model with `training=False`, whatever mode it is called in itself.

    Batch normalisation inside uses its averages and does not update them. Dropout inside does nothing. Trainable
    weights inside still train. Import this module before reading a saved model that contains this layer.

    Example:
        `InferenceMode(backbone, name="backbone")(pixels)`
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs) -> None:
        # In float32, images of 0 to 255 are passed on unrounded; the layer inside casts them by its own policy.
        super().__init__(layer, **{"dtype": "float32", **kwargs})

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The layer's output in inference mode."""
        return self.layer(inputs, training=False)


def frozen_graph(model: keras.Model) -> PredictFunction:
    """Compile a model in inference mode to a graph of constants, in which TensorFlow fuses a convolution with what
    follows it.

    Args:
        model: a model with one input and one output. Later changes of its weights do not affect the result.

    Returns:
        A function from float32 batches (N, ...), N not fixed, to the model's outputs.
    """
    copy = fold_batch_norm(model)
    trained, others = ([variable.numpy() for variable in variables]
                       for variables in (copy.trainable_variables, copy.non_trainable_variables))

    def outputs(batch: tf.Tensor) -> tf.Tensor:
        constants = [list(map(tf.constant, values)) for values in (trained, others)]
        return copy.stateless_call(*constants, batch, training=False)[0]

    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    graph = tf.function(outputs, autograph=False).get_concrete_function(spec)
    return lambda batch: graph(tf.cast(batch, tf.float32))


def predict_batches(predict: PredictFunction, batches: Iterable[tuple[tf.Tensor, object]]) -> Iterator[np.ndarray]:
    """The outputs for each batch, in order.

    Batches are computed in threads. As a step of a `tf.data` pipeline TensorFlow would not optimise the graph, and
    predicting would take two to four times as long.

    Args:
        predict: the result of `frozen_graph`.
        batches: pairs of inputs and labels; the labels are ignored.
    """
    pending: deque[Future[np.ndarray]] = deque()
    with ThreadPoolExecutor(CONCURRENT_BATCHES) as pool:
        for inputs, _ in batches:
            pending.append(pool.submit(lambda inputs=inputs: predict(inputs).numpy()))
            if len(pending) > CONCURRENT_BATCHES:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def fold_batch_norm(model: keras.Model) -> keras.Model:
    """A copy with batch normalisation folded into the convolutions before it; its outputs in inference mode are equal.

    A convolution with weights w and bias b, normalised to γ·(x - μ)/√(σ² + ε) + β, is a convolution with weights w·s
    and bias (b - μ)·s + β, where s = γ/√(σ² + ε). Batch normalisation after any other layer stays. Dropout goes.

    Args:
        model: functional or sequential; it is not changed. Models inside `InferenceMode` are folded too.
    """
    model = keras.Model(model.inputs, model.outputs)
    users = consumers(model)
    norms = {layer.name: norm for layer in model.layers if (norm := _following_norm(layer, users[layer.name]))}
    left_out = {norm.name for norm in norms.values()} | {
        layer.name for layer in model.layers if isinstance(layer, keras.layers.Dropout)}

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        if layer.name in left_out:
            return keras.layers.Identity(name=layer.name, dtype=layer.dtype_policy)
        if isinstance(layer, InferenceMode):
            return InferenceMode(fold_batch_norm(layer.layer), name=layer.name)
        bias = {"use_bias": True} if layer.name in norms else {}
        config = layer.get_config() | bias
        # Drawing random weights, which the others replace, would take a third of the time.
        zeros = {setting: "zeros" for setting in config if setting.endswith("_initializer")}
        return type(layer).from_config(config | zeros)

    def call(layer: keras.Operation, *inputs: object, **options: object) -> keras.KerasTensor:
        # The options hold the mask of batch normalisation, which an identity layer does not take. A sum or product of
        # two tensors has two inputs.
        return inputs[0] if layer.name in left_out else layer(*inputs, **options)

    clone = keras.models.clone_model(model, clone_function=copy, call_function=call)
    for layer in clone.layers:
        if layer.weights and not isinstance(layer, InferenceMode):
            source, norm = model.get_layer(layer.name), norms.get(layer.name)
            layer.set_weights(_folded_weights(source, norm) if norm else source.get_weights())
    return clone


def _following_norm(layer: keras.layers.Layer,
                    users: list[keras.Operation]) -> keras.layers.BatchNormalization | None:
    """The batch normalisation that is the only layer to use a convolution's output, if there is one."""
    if not isinstance(layer, CONVOLUTIONS) or layer.activation is not keras.activations.linear:
        return None
    return users[0] if len(users) == 1 and isinstance(users[0], keras.layers.BatchNormalization) else None


def _folded_weights(convolution: keras.layers.Layer, norm: keras.layers.BatchNormalization) -> list[np.ndarray]:
    """Kernel and bias of a convolution that includes the normalisation."""
    kernel, *bias = convolution.get_weights()
    mean, variance = (np.asarray(value) for value in (norm.moving_mean, norm.moving_variance))
    scale = 1 / np.sqrt(variance + norm.epsilon)
    if norm.gamma is not None:
        scale = scale * np.asarray(norm.gamma)
    shift = np.asarray(norm.beta) if norm.beta is not None else 0
    # The last two axes of a depthwise kernel are input channels and outputs per channel.
    channels = kernel.shape[2:] if isinstance(convolution, keras.layers.DepthwiseConv2D) else kernel.shape[3:]
    return [kernel * scale.reshape(channels), ((bias[0] if bias else 0) - mean) * scale + shift]
