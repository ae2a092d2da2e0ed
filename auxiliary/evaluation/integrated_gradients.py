"""Integrated gradients: the share of each pixel in the score of a class.

Source: M. Sundararajan, A. Taly and Q. Yan, "Axiomatic Attribution for Deep Networks", ICML 2017,
https://arxiv.org/abs/1703.01365.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from auxiliary.evaluation.explanation import GREY
from auxiliary.evaluation.grad_cam import summed_scores

STEPS = 64, 32, 16      # points on the path; from fine to coarse
BATCH = 8               # of them at a time: their gradients take the outputs of all layers in memory
TOLERANCE = 0.05        # the source asks for a sum of attributions within 5% of the difference


@dataclass(frozen=True)
class Attributions:
    """The share of each pixel in the score of a class.

    Attributes:
        shares: (S, S, 3) float64, for each colour of each pixel; below 0 where it speaks against the class.
        difference: the score of the image less that of the baseline, before softmax.
    """

    shares: np.ndarray
    difference: float

    @property
    def is_complete(self) -> bool:
        """Whether the shares add up to the difference within `TOLERANCE`, as they do on a path of endless steps."""
        return abs(self.shares.sum() - self.difference) <= TOLERANCE * abs(self.difference)


def integrated_gradients(model: keras.Model, image: np.ndarray, label: int, steps: int = STEPS[0]) -> Attributions:
    """Add up the gradients of a class's score along the straight path from a grey image to this one.

    The share of a pixel's colour is its distance from grey (128), times the mean of the score's derivative by it at
    `steps` points in the middle of equal parts of the path. The score is that before softmax.

    Args:
        model: as it was saved, with a dense layer at its end.
        image: (S, S, 3), 0 to 255.
        label: that of the class.
        steps: number of points.
    """
    output = model.layers[-1]
    features = keras.Model(model.inputs, output.input)
    baseline = np.full(image.shape, GREY, "float64")
    path = image - baseline
    gradients = np.zeros(image.shape)
    for points in np.split((np.arange(steps) + 0.5) / steps, range(BATCH, steps, BATCH)):
        images = tf.constant(baseline + points[:, None, None, None] * path, "float32")
        gradients += _gradients(features, output, images, label)
    last, first = (float(_score(features, output, tf.constant(end[None], "float32"), label))
                   for end in (image, baseline))
    return Attributions(path * gradients / steps, last - first)


def _gradients(features: keras.Model, output: keras.layers.Dense, images: tf.Tensor, label: int) -> np.ndarray:
    """The sum over images of the derivatives of their scores."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = _score(features, output, images, label)
    return tape.gradient(score, images).numpy().sum(axis=0, dtype="float64")


def _score(features: keras.Model, output: keras.layers.Dense, images: tf.Tensor, label: int) -> tf.Tensor:
    """The sum over images of the scores of a class."""
    return summed_scores(features(images, training=False), output, np.full(len(images), label))
