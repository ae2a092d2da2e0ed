"""The score of `auxiliary.evaluation.out_of_distribution` as layers of Keras, which every export format has."""

import keras
import numpy as np
from keras import ops

from auxiliary.evaluation.limit import Scale
from auxiliary.evaluation.out_of_distribution import Detector


def score_of(features: keras.KerasTensor, detector: Detector) -> keras.KerasTensor:
    """How unlike the training images each image is.

    Args:
        features: (N, channels) float32, what the final layer takes.
        detector: that of the network.

    Returns:
        (N,) float32; above 1 the image is unlike them.
    """
    scale = Scale(*map(float, detector.scale))
    units = features / ops.maximum(ops.sqrt(_squared(features, keepdims=True)), 1e-12)
    centre, components = (each.astype("float64") for each in (detector.centre, detector.components))
    values = _linear(units, components, -centre @ components, "components")
    within = _linear(values, detector.within, np.zeros(len(detector.within)), "within")
    overall = _linear(values, detector.overall, np.zeros(len(detector.overall)), "overall")
    relative = ops.min(_squared_distances(within, detector.means, "classes"), axis=1) - _squared(overall)
    residual = ops.sum(_squared_distances(units, centre[None], "centre"), axis=1) - _squared(values)
    energy = -ops.logsumexp(_linear(features, detector.kernel, detector.bias, "logits"), axis=1)
    parts = zip((relative, residual, energy), detector.spreads, strict=True)
    total = sum(part / float(spread) for part, spread in parts)
    return (total - scale.median) / (scale.limit - scale.median)


def _squared_distances(x: keras.KerasTensor, points: np.ndarray, name: str) -> keras.KerasTensor:
    """|x - p|^2 for some points, (N, points): as |x|^2 - 2 xp + |p|^2, since all runtimes have a dense layer."""
    points = points.astype("float64")
    return _squared(x, keepdims=True) + _linear(x, -2 * points.T, (points**2).sum(axis=1), name)


def _squared(x: keras.KerasTensor, keepdims: bool = False) -> keras.KerasTensor:
    return ops.sum(ops.square(x), axis=1, keepdims=keepdims)


def _linear(x: keras.KerasTensor, kernel: np.ndarray, bias: np.ndarray, name: str) -> keras.KerasTensor:
    layer = keras.layers.Dense(kernel.shape[1], dtype="float32", name=f"score_{name}", trainable=False)
    y = layer(x)
    layer.set_weights([kernel.astype("float32"), bias.astype("float32")])
    return y
