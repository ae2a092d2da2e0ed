"""Updates of a variable by one fused operation, where Keras needs one for each sum and product.

Where a network has a copy on each of several GPUs, they update the copy of the GPU that they run on.
"""

import tensorflow as tf


def descend(variable: tf.Variable, step: tf.Tensor | tf.Variable, share: float | tf.Tensor) -> None:
    """Take a share of a step from a float32 variable: `variable -= share * step`."""
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=share, delta=step)


def move(variable: tf.Variable, target: tf.Tensor, share: float | tf.Tensor) -> None:
    """Move a float32 variable by a share of the way to a target."""
    descend(variable, variable - target, share)


def put(variable: tf.Variable, value: tf.Tensor | tf.Variable) -> None:
    """Set a variable to a value."""
    tf.raw_ops.AssignVariableOp(resource=variable.handle, value=tf.convert_to_tensor(value))
