"""The operations a `net` or `head` line is made of, each with its Keras layer and its arithmetic.

`build` makes the Keras layers; `cost` says by formula, without TensorFlow, what comes out and what it takes,
so that a plan can be shown, and a line that does not fit the pictures refused, before anything is loaded.
"""

import math
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Protocol

from pydantic import Field

from auxiliary.errors import UserError
from auxiliary.line import operation

if TYPE_CHECKING:
    from keras import KerasTensor

Shape = tuple[int, ...]
Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Padding = Literal["valid", "same"]


class Cost(NamedTuple):
    """What an operation gives and takes.

    Attributes:
        shape: output shape without the batch axis: (height, width, channels) or (units,).
        parameters: numbers held, trainable or not.
        multiply_adds: multiplications with addition for one picture.
    """

    shape: Shape
    parameters: int = 0
    multiply_adds: int = 0


class Operation(Protocol):
    """One step of a network."""

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        """Apply Keras layers, taken from the module `keras.layers`, to a symbolic tensor."""
        ...

    def cost(self, shape: Shape) -> Cost:
        """Output shape, parameters and multiply-adds for an input shape."""
        ...


@operation
class Conv:
    """`conv(filters, size, stride, padding)`: a convolution with bias, then ReLU."""

    filters: Count
    size: Count = 3
    stride: Count = 1
    padding: Padding = "valid"

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.Conv2D(self.filters, self.size, self.stride, self.padding, activation="relu")(x)

    def cost(self, shape: Shape) -> Cost:
        weights = self.size**2 * _channels(shape) * self.filters
        height, width = (_slide(side, self.size, self.stride, self.padding) for side in shape[:2])
        return Cost((height, width, self.filters), weights + self.filters, height * width * weights)


@operation
class Pool:
    """`pool(size)`: the maximum of each size x size window, windows side by side."""

    size: Count = 2

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.MaxPooling2D(self.size)(x)

    def cost(self, shape: Shape) -> Cost:
        channels = _channels(shape)
        return Cost((*(_slide(side, self.size, self.size, "valid") for side in shape[:2]), channels))


@operation
class GlobalAverage:
    """`gap`: the mean of each channel over the whole picture."""

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.GlobalAveragePooling2D()(x)

    def cost(self, shape: Shape) -> Cost:
        return Cost((_channels(shape),))


@operation
class Flatten:
    """`flatten`: all numbers in one row."""

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.Flatten()(x)

    def cost(self, shape: Shape) -> Cost:
        return Cost((math.prod(shape),))


@operation
class Dense:
    """`dense(units)`: a fully connected layer with bias, then ReLU."""

    units: Count

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.Dense(self.units, activation="relu")(x)

    def cost(self, shape: Shape) -> Cost:
        if len(shape) != 1:
            raise UserError("dense needs one row of numbers: put `flatten` or `gap` before it")
        return Cost((self.units,), self.units * (shape[0] + 1), self.units * shape[0])


@operation
class Dropout:
    """`dropout(rate)`: while training, sets that share of the numbers to zero."""

    rate: Rate

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        return layers.Dropout(self.rate)(x)

    def cost(self, shape: Shape) -> Cost:
        return Cost(shape)


@operation
class Residual:
    """`res(filters, stride)`: two 3x3 convolutions with batch norm, added to their input.

    The basic block of ResNet-18 (He et al. 2015, https://arxiv.org/abs/1512.03385); where the shape changes,
    the input goes through a 1x1 convolution with batch norm first.
    """

    filters: Count
    stride: Count = 1

    def build(self, layers: ModuleType, x: "KerasTensor") -> "KerasTensor":
        y = layers.Activation("relu")(self._conv(layers, x, 3, self.stride))
        y = self._conv(layers, y, 3, 1)
        if self._projects(x.shape[1:]):
            x = self._conv(layers, x, 1, self.stride)
        return layers.Activation("relu")(layers.Add()([x, y]))

    def _conv(self, layers: ModuleType, x: "KerasTensor", size: int, stride: int) -> "KerasTensor":
        x = layers.Conv2D(self.filters, size, stride, "same", use_bias=False,
                                kernel_initializer="he_normal")(x)
        # Keras's default momentum of 0.99 remembers longer than these runs last.
        return layers.BatchNormalization(momentum=0.9)(x)

    def _projects(self, shape: Shape) -> bool:
        return self.stride != 1 or shape[2] != self.filters

    def cost(self, shape: Shape) -> Cost:
        weights = 9 * _channels(shape) * self.filters + 9 * self.filters**2
        height, width = (_slide(side, 3, self.stride, "same") for side in shape[:2])
        norms = 2
        if self._projects(shape):
            weights += shape[2] * self.filters
            norms += 1
        return Cost((height, width, self.filters), weights + norms * 4 * self.filters, height * width * weights)


OPERATIONS: dict[str, type[Operation]] = {
    "conv": Conv, "pool": Pool, "gap": GlobalAverage, "flatten": Flatten, "dense": Dense, "dropout": Dropout,
    "res": Residual,
}


def _slide(side: int, size: int, stride: int, padding: Padding) -> int:
    """How often a window fits along a side, in pixels."""
    if padding == "valid" and side < size:
        raise UserError(f"a window of {size} pixels does not fit into {side}")
    return math.ceil((side - size + 1) / stride) if padding == "valid" else math.ceil(side / stride)


def _channels(shape: Shape) -> int:
    if len(shape) != 3:
        raise UserError("needs a picture (height, width, channels), but `flatten` or `gap` came before it")
    return shape[2]
