"""A model as one graph whose weights are constants, for what is only asked and never trained."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from auxiliary.networks.folded import folded

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
