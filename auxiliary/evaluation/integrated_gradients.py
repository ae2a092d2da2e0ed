"""Integrated gradients: the share of each pixel in the score of a class.

Source: M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep Networks", ICML 2017,
https://arxiv.org/abs/1703.01365.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

STEPS = 256, 128, 64, 32, 16    # points on the path; from fine to coarse
BATCH = 8                       # of them at a time: their gradients take the outputs of all layers in memory
CELLS = 32                      # of a map, along each side at most


@dataclass(frozen=True)
class Attributions:
    """The share of each pixel in the score of a class.

    Attributes:
        shares: (S, S, 3) float64, for each colour of each pixel; below 0 where it speaks against the class.
        difference: the score of the image less that of a black one, before softmax.
    """

    shares: np.ndarray
    difference: float

    @property
    def completeness(self) -> float:
        """The sum of the shares as a part of the difference; 1 on a path of endless steps, NaN without a difference."""
        return float(self.shares.sum() / self.difference) if self.difference else float("nan")

    @property
    def in_cells(self) -> np.ndarray:
        """The shares summed over square cells, (h, w) float64 with at most `CELLS` of each; single pixels are noisy."""
        starts = range(0, len(self.shares), -(-len(self.shares) // CELLS))
        return np.add.reduceat(np.add.reduceat(self.shares.sum(axis=-1), starts, axis=0), starts, axis=1)


def integrated_gradients(model: keras.Model, image: np.ndarray, label: int, steps: int = STEPS[0]) -> Attributions:
    """Add up the gradients of a class's score along the straight path from a black image to this one.

    The share of a pixel's colour is its value, times the mean of the score's derivative by it at `steps` points. Each
    of these is in the middle of an equal part of the path. The score is that before softmax. Black is the source's
    choice for images.

    Args:
        model: as it was saved, with a dense layer at its end.
        image: (S, S, 3), 0 to 255.
        label: that of the class.
        steps: number of points.
    """
    scores_of = _differentiated(model, label)
    pixels, gradients = image.astype("float64"), np.zeros(image.shape)
    for points in np.split((np.arange(steps) + 0.5) / steps, range(BATCH, steps, BATCH)):
        gradients += scores_of(points[:, None, None, None] * pixels)[1].sum(axis=0, dtype="float64")
    (whole, _), (black, _) = (scores_of(end[None]) for end in (pixels, np.zeros_like(pixels)))
    return Attributions(pixels * gradients / steps, float(whole - black))


def _differentiated(model: keras.Model, label: int) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """From images to the sum of their scores for a class, and the derivatives of it by their pixels."""
    output = model.layers[-1]
    features = keras.Model(model.inputs, output.input)
    # The bias does not depend on the image.
    kernel = keras.ops.convert_to_numpy(output.kernel)[:, label]

    # Compiled, hundreds of gradients take less than half of the time.
    @tf.function(autograph=False, input_signature=[tf.TensorSpec((None, *model.input_shape[1:]), "float32")])
    def differentiated(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            # Each score depends on its own image alone, so the gradient of the sum holds all gradients.
            score = keras.ops.sum(keras.ops.cast(features(images, training=False), "float32") * kernel)
        return score, tape.gradient(score, images)

    return lambda images: tuple(found.numpy() for found in differentiated(tf.constant(images, "float32")))
