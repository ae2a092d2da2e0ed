"""Batch normalisation that trains by TensorFlow's fused operation, which is several times as fast as Keras's."""

from typing import Any

import keras
import tensorflow as tf

from auxiliary.networks.fused import move

# Smaller ones are not for cuDNN.
LEAST_EPSILON = 1.001e-5
DTYPES = (tf.float32, tf.bfloat16, tf.float16)


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalisation, computed in one operation in training where that is possible.

    It gives Keras's outputs, gradients and averages within rounding. Statistics are float32 in every precision. It has
    Keras's configuration and weights, and a saved model holds it as Keras's own layer, which anyone can read.

    In inference mode Keras's formula is used: the gradient of the fused operation is not deterministic there. So it is
    where several GPUs train a network: it takes the statistics of all of them.
    """

    # Keras writes this name into a saved model, with that of the class.
    __module__ = "keras.layers"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.synchronized = tf.distribute.get_strategy().num_replicas_in_sync > 1

    def get_config(self) -> dict[str, Any]:
        """Keras's configuration; how many GPUs train a network is no part of it."""
        return super().get_config() | {"synchronized": False}

    def call(self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None) -> tf.Tensor:
        """Normalise images (N, H, W, channels), or any other tensor as Keras does."""
        if not (training and self.trainable and mask is None and self._can_be_fused(inputs)):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        scale = self.gamma if self.scale else tf.ones(channels)
        shift = self.beta if self.center else tf.zeros(channels)
        # With a factor of 1 it returns the statistics of the batch instead of averages.
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs, scale=tf.convert_to_tensor(scale), offset=tf.convert_to_tensor(shift), mean=[], variance=[],
            epsilon=self.epsilon, exponential_avg_factor=1.0, is_training=True)
        numbers = tf.cast(tf.size(inputs) // channels, variance.dtype)
        self._follow(self.moving_mean, mean)
        # The operation estimates the variance of all images, with one less in the denominator; Keras does not.
        self._follow(self.moving_variance, variance * (numbers - 1) / numbers)
        return outputs

    def _can_be_fused(self, inputs: tf.Tensor) -> bool:
        """Whether the fused operation computes what this layer is to compute."""
        return (len(inputs.shape) == 4 and self.axis in (-1, 3) and inputs.dtype in DTYPES
                and self.epsilon >= LEAST_EPSILON and not self.renorm and not self.synchronized)

    def _follow(self, average: keras.Variable, value: tf.Tensor) -> None:
        """Move an average towards the value of this batch."""
        move(average.value, value, 1 - self.momentum)
