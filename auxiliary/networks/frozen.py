"""A model as one graph whose weights are constants, for what is only asked and never trained."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from auxiliary.networks.folded import folded


def frozen(model: keras.Model) -> Callable[[np.ndarray | tf.Tensor], np.ndarray]:
    """Freeze a model in inference mode: what follows a convolution TensorFlow then computes in the same step.

    Args:
        model: from one input to one output; weights that change later do not change what is returned.

    Returns:
        A function from (N, …) float32 batches, N not fixed, to what the model says of them.
    """
    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    copy = folded(model)
    graph = tf.function(lambda batch: copy(batch, training=False)).get_concrete_function(spec)
    constant = convert_variables_to_constants_v2(graph)
    return lambda batch: constant(tf.convert_to_tensor(batch, tf.float32))[0].numpy()
