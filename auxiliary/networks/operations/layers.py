"""Operations of one layer with weights, or that work on single numbers: convolutions, dense layers, batch norm."""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Cost, Padding, Shape
from auxiliary.networks.operations.operation import Activation, Count, Curve, Penalty, Rate

if TYPE_CHECKING:
    import keras
    from keras import KerasTensor

Initial = Literal["glorot", "he", "identity"]
# Beside the identity, what PyTorch begins with: uniform numbers up to 1 / sqrt(inputs of a filter).
UNIFORM = {"class_name": "VarianceScaling", "config": {"scale": 1 / 3, "mode": "fan_in", "distribution": "uniform"}}
INITIALIZERS: dict[str, Any] = {"glorot": "glorot_uniform", "he": "he_normal", "identity": UNIFORM}


@operation
class Conv:
    """`conv(filters, size, stride, padding, l2, activation, bias, initial)`: a convolution, then an activation.

    `l2` times the sum of the squared weights is added to the loss. `initial` is how its weights begin: `glorot`
    (uniform), `he` (normal), or `identity`: the first filters pass their channels on unchanged, as in airbench
    (https://github.com/KellerJordan/cifar10-airbench), and the others are small random numbers.
    """

    filters: Count
    size: Count = 3
    stride: Count = 1
    padding: Padding = "valid"
    l2: Penalty = 0.0
    activation: Activation = "relu"
    bias: bool = True
    initial: Initial = "glorot"

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        layer = keras.layers.Conv2D(
            self.filters, self.size, self.stride, self.padding, activation=self.activation, use_bias=self.bias,
            kernel_initializer=INITIALIZERS[self.initial], kernel_regularizer=_l2(keras, self.l2), name=name)
        y = layer(x)
        if self.initial == "identity":
            _pass_channels_on(layer)
        return y

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.convolution(shape, self.filters, self.size, self.stride, self.padding, self.bias)}


@operation
class Dense:
    """`dense(units, l2, activation)`: a fully connected layer with bias, then an activation; `l2` as in `conv`."""

    units: Count
    l2: Penalty = 0.0
    activation: Activation = "relu"

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Dense(self.units, activation=self.activation, kernel_regularizer=_l2(keras, self.l2),
                                  name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.dense(shape, self.units)}


@operation
class BatchNorm:
    """`batchnorm(scale, momentum, epsilon)`: each channel to mean 0 and variance 1 over the batch, scaled and shifted.

    `scale=False` leaves the scale out. After each step the averages that predictions use keep `momentum` of their
    value: with Keras's default of 0.99 they would need more steps than short runs have. `epsilon` is added to the
    variance; with one below 0.00002 training takes longer, see `auxiliary.networks.fused_norm`.
    """

    scale: bool = True
    momentum: Rate = 0.9
    epsilon: Annotated[float, Field(gt=0)] = 1e-3

    def build(self, keras: ModuleType, x: "KerasTensor", name: str,
              gamma_initializer: str = "ones") -> "KerasTensor":
        # It needs TensorFlow, which a plan does not.
        from auxiliary.networks.fused_norm import BatchNormalization

        # Vectors have nothing to be fused.
        layer = BatchNormalization if len(x.shape) == 4 else keras.layers.BatchNormalization
        return layer(momentum=self.momentum, epsilon=self.epsilon, scale=self.scale,
                     gamma_initializer=gamma_initializer, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.batch_norm(shape, self.scale)}


@operation
class Act:
    """`act(activation)`: an activation, such as `act(gelu)`, where one has to follow a batch norm."""

    activation: Curve

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Activation(self.activation, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": Cost(shape)}


@operation
class Dropout:
    """`dropout(rate)`: sets that share of the numbers to zero, in training only."""

    rate: Rate

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Dropout(self.rate, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": Cost(shape)}


@operation
class Scale:
    """`scale(factor)`: times a constant; before the final layer a small one makes first predictions less certain."""

    factor: Annotated[float, Field(gt=0)]

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Rescaling(self.factor, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": Cost(shape)}


def _l2(keras: ModuleType, penalty: float) -> object | None:
    return keras.regularizers.L2(penalty) if penalty else None


def _pass_channels_on(layer: "keras.layers.Conv2D") -> None:
    """Let the first filters of a convolution be 1 in the middle of their own channel, and 0 elsewhere."""
    kernel = np.array(layer.kernel)
    size, _, channels, filters = kernel.shape
    own = np.arange(min(channels, filters))
    kernel[..., own] = 0
    kernel[size // 2, size // 2, own, own] = 1
    layer.kernel.assign(kernel)
