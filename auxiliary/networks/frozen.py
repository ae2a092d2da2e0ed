"""A model as one graph whose weights are constants, for what is only asked and never trained."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from auxiliary.networks.folded import folded

# Batches in the works at once: while one waits for the last core, the others go on with the next.
AT_ONCE = 2
Ask = Callable[[tf.Tensor], tf.Tensor]


def answers(ask: Ask, batches: tf.data.Dataset) -> Iterator[np.ndarray]:
    """What a frozen model says of each batch, in order.

    Args:
        ask: what `frozen` returned.
        batches: of inputs, and labels that are not looked at.
    """
    for answer in batches.map(lambda inputs, _: ask(inputs), AT_ONCE, deterministic=True):
        yield answer.numpy()


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
