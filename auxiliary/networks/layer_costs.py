"""What comes out of a layer and what it takes, by formula and without TensorFlow.

The layer_costs are those of every introduction to convolutional networks: a filter of size k x k over d channels has
k * k * d weights and a bias; a unit has a weight for each of its inputs and a bias; batch norm keeps four numbers a
channel (scale, shift, and two averages that are not trained); pooling and flattening keep none.

Shapes are without the batch axis: (height, width, channels) or (units,).
"""

import math
from typing import Literal, NamedTuple

from auxiliary.core.errors import UserError

Shape = tuple[int, ...]
Padding = Literal["valid", "same"]


class Cost(NamedTuple):
    """What a layer gives and takes.

    Attributes:
        shape: output shape.
        parameters: numbers held, trainable or not.
        multiply_adds: multiplications with addition for one image.
        untrained: how many of the parameters are not trained: batch norm's averages.
    """

    shape: Shape
    parameters: int = 0
    multiply_adds: int = 0
    untrained: int = 0


def convolution(shape: Shape, filters: int, size: int, stride: int = 1, padding: Padding = "valid",
                bias: bool = True) -> Cost:
    """A convolution: `filters * (size * size * channels + 1)` parameters, used at each place of what comes out."""
    weights = size**2 * _channels(shape) * filters
    height, width = (_slide(side, size, stride, padding) for side in shape[:2])
    return Cost((height, width, filters), weights + filters * bias, height * width * weights)


def dense(shape: Shape, units: int) -> Cost:
    """A fully connected layer: `units * (inputs + 1)` parameters."""
    if len(shape) != 1:
        raise UserError("dense needs one row of numbers: put `flatten` or `gap` before it")
    return Cost((units,), units * (shape[0] + 1), units * shape[0])


def batch_norm(shape: Shape) -> Cost:
    """Batch normalisation: four parameters a channel, two of them averages that are not trained."""
    return Cost(shape, 4 * shape[-1], untrained=2 * shape[-1])


def pooling(shape: Shape, size: int) -> Cost:
    """Pooling over windows of `size` x `size` side by side; what is left over at the edge is dropped."""
    channels = _channels(shape)
    return Cost((*(_slide(side, size, size, "valid") for side in shape[:2]), channels))


def global_pooling(shape: Shape) -> Cost:
    """Pooling over the whole image: one number a channel."""
    return Cost((_channels(shape),))


def flatten(shape: Shape) -> Cost:
    """All numbers in one row."""
    return Cost((math.prod(shape),))


def _slide(side: int, size: int, stride: int, padding: Padding) -> int:
    """How often a window fits along a side, in pixels."""
    if padding == "valid" and side < size:
        raise UserError(f"a window of {size} pixels does not fit into {side}")
    return math.ceil((side - size + 1) / stride) if padding == "valid" else math.ceil(side / stride)


def _channels(shape: Shape) -> int:
    if len(shape) != 3:
        raise UserError("needs an image (height, width, channels), but `flatten` or `gap` came before it")
    return shape[2]
