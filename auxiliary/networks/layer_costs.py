"""The cost of one layer: its output shape, parameters and multiply-adds, by formula and without TensorFlow.

The formulas are those of any introduction to convolutional networks. A k x k filter over d channels has k * k * d
weights and a bias. A unit has one weight per input and a bias. Batch norm has four numbers per channel: scale, shift,
and two averages that are not trained. Bias and scale may be left out. Pooling and flattening have none.

Shapes have no batch axis: (height, width, channels) or (units,).
"""

import math
from typing import Literal, NamedTuple

from auxiliary.core.errors import UserError

Shape = tuple[int, ...]
Padding = Literal["valid", "same"]


class Cost(NamedTuple):
    """The output shape of a layer and what it costs.

    Attributes:
        shape: output shape.
        parameters: number of parameters, trainable or not.
        multiply_adds: multiplications with addition for one image.
        non_trainable: number of parameters that are not trained: the averages of batch norm, weights that are frozen.
    """

    shape: Shape
    parameters: int = 0
    multiply_adds: int = 0
    non_trainable: int = 0


def convolution(shape: Shape, filters: int, size: int, stride: int = 1, padding: Padding = "valid",
                bias: bool = True) -> Cost:
    """A convolution: `filters * (size * size * channels + 1)` parameters, used once per output position."""
    weights = size**2 * _channels(shape) * filters
    height, width = (_positions(side, size, stride, padding) for side in shape[:2])
    return Cost((height, width, filters), weights + filters * bias, height * width * weights)


def dense(shape: Shape, units: int, bias: bool = True) -> Cost:
    """A fully connected layer: `units * (inputs + 1)` parameters."""
    if len(shape) != 1:
        raise UserError("dense takes a vector, not an image: put `flatten` or `gap` before it")
    return Cost((units,), units * (shape[0] + bias), units * shape[0])


def batch_norm(shape: Shape, scale: bool = True) -> Cost:
    """Batch normalisation: four parameters per channel, two of them averages that are not trained."""
    return Cost(shape, (3 + scale) * shape[-1], non_trainable=2 * shape[-1])


def pooling(shape: Shape, size: int, stride: int | None = None, padding: Padding = "valid") -> Cost:
    """Pooling over windows of `size` x `size`, which are adjacent without a stride.

    Pixels at the edge that fill no window are dropped, unless `padding` is `same`.
    """
    channels = _channels(shape)
    return Cost((*(_positions(side, size, stride or size, padding) for side in shape[:2]), channels))


def global_pooling(shape: Shape) -> Cost:
    """Pooling over the whole image: one number per channel."""
    return Cost((_channels(shape),))


def flatten(shape: Shape) -> Cost:
    """All numbers as one vector."""
    return Cost((math.prod(shape),))


def _positions(side: int, size: int, stride: int, padding: Padding) -> int:
    """The number of positions of a window along a side, all in pixels."""
    if padding == "valid" and side < size:
        raise UserError(f"a window of {size} pixels does not fit into {side}")
    return math.ceil((side - size + 1) / stride) if padding == "valid" else math.ceil(side / stride)


def _channels(shape: Shape) -> int:
    if len(shape) != 3:
        raise UserError("needs an image (height, width, channels), but `flatten` or `gap` came before it")
    return shape[2]
