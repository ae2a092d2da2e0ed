"""Keras's Adam and SGD, each weight updated by one fused operation of TensorFlow.

Keras computes an update in some ten operations. Each goes through all numbers of a weight, and on a GPU each has a cost
of its own. The results are the same within rounding; state, learning rate and exclusions from decay are Keras's.
"""

import re

import keras
import tensorflow as tf

from auxiliary.networks.fused import descend

# Names of TensorFlow's variables, such as `model/norm2/beta:0`: the shifts of batch norm.
SHIFT = r"(^|/)beta(:\d+)?$"


class FusedDecay(keras.optimizers.Optimizer):
    """An optimiser whose weights decay by one operation each."""

    def _apply_weight_decay(self, variables: list[keras.Variable]) -> None:
        if self.weight_decay is None:
            return
        share = tf.cast(self.learning_rate, tf.float32) * self.weight_decay
        for variable in variables:
            if self._use_weight_decay(variable.value):
                descend(variable.value, variable.value, share)


class FusedAdam(FusedDecay, keras.optimizers.Adam):
    """Adam; with `weight_decay` it is AdamW."""

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update one weight and its two averages."""
        place, step = self._get_variable_index(variable), tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle, m=self._momentums[place].value.handle, v=self._velocities[place].value.handle,
            beta1_power=tf.pow(self.beta_1, step), beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, tf.float32), beta1=self.beta_1, beta2=self.beta_2, epsilon=self.epsilon,
            grad=gradient)


class FusedSGD(FusedDecay, keras.optimizers.SGD):
    """SGD with momentum, in which the shifts of batch norm have `shift_rate` times the learning rate of the others."""

    def __init__(self, *args: object, shift_rate: float = 1, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._shift_rate = shift_rate

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update one weight and its momentum."""
        rate = tf.cast(learning_rate, tf.float32) * (self._shift_rate if re.search(SHIFT, variable.name) else 1)
        if not self.momentum:
            descend(variable, gradient, rate)
            return
        velocity = self.momentums[self._get_variable_index(variable)].value
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle, accum=velocity.handle, lr=rate, grad=gradient, momentum=self.momentum,
            use_nesterov=self.nesterov)
