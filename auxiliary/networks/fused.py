"""Updates of a variable by one fused operation, where Keras needs one for each sum and product."""

import tensorflow as tf


def move(variable: tf.Variable, target: tf.Tensor, share: float | tf.Tensor) -> None:
    """Move a float32 variable by a share of the way to a target: `variable -= share * (variable - target)`."""
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=share, delta=variable - target)


def decay(variable: tf.Variable, share: float | tf.Tensor) -> None:
    """Take a share of its value from a float32 variable: `variable -= share * variable`."""
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=share, delta=variable)
