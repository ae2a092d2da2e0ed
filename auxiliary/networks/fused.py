"""Updates of a variable by one fused operation, where Keras needs one for each sum and product."""

import tensorflow as tf


def descend(variable: tf.Variable, step: tf.Tensor | tf.Variable, share: float | tf.Tensor) -> None:
    """Take a share of a step from a float32 variable: `variable -= share * step`."""
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=share, delta=step)


def move(variable: tf.Variable, target: tf.Tensor, share: float | tf.Tensor) -> None:
    """Move a float32 variable by a share of the way to a target."""
    descend(variable, variable - target, share)
