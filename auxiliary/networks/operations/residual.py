"""Residual blocks: a few convolutions whose result is added to their input."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Cost, Shape
from auxiliary.networks.operations.layers import Act, BatchNorm, Conv
from auxiliary.networks.operations.operation import (
    Count,
    Curve,
    Operation,
    Parts,
    Rate,
    build_parts,
    costs_of_parts,
)
from auxiliary.networks.operations.pooling import AveragePool
from auxiliary.networks.operations.special import SqueezeExcite

if TYPE_CHECKING:
    from keras import KerasTensor


@operation
class Block(ABC):
    """What `res` and `bottleneck` share.

    `repeat` blocks in a row, of which the first has the stride. Where the shape changes, the input goes through a 1x1
    convolution with batch norm: with the stride itself (`shortcut=conv`), or after the mean of stride x stride pixels
    (`avgpool`, as in ResNet-D: He et al. 2018, https://arxiv.org/abs/1812.01187), which uses all of them.
    `zero_gamma=True` lets the last batch norm begin with scale 0, so that a new block passes its input on (the same
    paper). `se` is the divisor of `se`; 0 for none. `drop` is the share of images for which a training step leaves the
    block out (stochastic depth: Huang et al. 2016, https://arxiv.org/abs/1603.09382).
    """

    filters: Count
    stride: Count = 1
    repeat: Count = 1
    activation: Curve = "relu"
    shortcut: Literal["conv", "avgpool"] = "conv"
    zero_gamma: bool = False
    se: Annotated[int, Field(ge=0)] = 0
    drop: Rate = 0.0

    @abstractmethod
    def _convolutions(self, stride: int) -> list[tuple[int, int, int]]:
        """Filters, size and stride of each convolution."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        for ending, stride in self._blocks():
            x = self._build_one(keras, x, name + ending, stride)
        return x

    def costs(self, shape: Shape) -> dict[str, Cost]:
        costs: dict[str, Cost] = {}
        for ending, stride in self._blocks():
            inside = self._costs_of_one(shape, stride)
            costs |= {ending + key: cost for key, cost in inside.items()}
            shape = list(inside.values())[-1].shape
        return costs

    def _blocks(self) -> Iterator[tuple[str, int]]:
        """The ending of each block's names, and its stride."""
        for number in range(1, self.repeat + 1):
            yield f"_{number}" if self.repeat > 1 else "", self.stride if number == 1 else 1

    def _build_one(self, keras: ModuleType, x: "KerasTensor", name: str, stride: int) -> "KerasTensor":
        y = build_parts(self._branch(stride), keras, x, name)
        x = build_parts(self._shortcut(x.shape[-1], stride), keras, x, name)
        total = keras.layers.Add(name=f"{name}_add")([x, y])
        return keras.layers.Activation(self.activation, name=name + self._last)(total)

    def _costs_of_one(self, shape: Shape, stride: int) -> dict[str, Cost]:
        branch = costs_of_parts(self._branch(stride), shape)
        free = Cost(list(branch.values())[-1].shape)
        shortcut = costs_of_parts(self._shortcut(shape[-1], stride), shape)
        return branch | shortcut | {"_add": free, self._last: free}

    @property
    def _last(self) -> str:
        return f"_{self.activation}{len(self._convolutions(1))}"

    def _branch(self, stride: int) -> Parts:
        convolutions = self._convolutions(stride)
        parts: list[tuple[str, Operation]] = []
        for number, (filters, size, step) in enumerate(convolutions, start=1):
            last = number == len(convolutions)
            parts += [(f"_conv{number}", _conv(filters, size, step)),
                      (f"_norm{number}", _ZeroNorm() if last and self.zero_gamma else BatchNorm())]
            if not last:
                parts.append((f"_{self.activation}{number}", Act(self.activation)))
        if self.se:
            parts.append(("_se", SqueezeExcite(self.se)))
        if self.drop:
            parts.append(("_drop", _DropPath(self.drop)))
        return parts

    def _shortcut(self, channels: int, stride: int) -> Parts:
        outputs = self._convolutions(1)[-1][0]
        if stride == 1 and channels == outputs:
            return []
        pools = self.shortcut == "avgpool" and stride > 1
        before = [("_project_pool", AveragePool(stride, "same"))] if pools else []
        return [*before, ("_project", _conv(outputs, 1, 1 if pools else stride)), ("_project_norm", BatchNorm())]


@operation
class Residual(Block):
    """`res(filters, stride, repeat, activation, shortcut, zero_gamma, se, drop)`: two 3x3 convolutions, added.

    The basic block of ResNet-18 (He et al. 2015, https://arxiv.org/abs/1512.03385), with batch norm.
    """

    def _convolutions(self, stride: int) -> list[tuple[int, int, int]]:
        return [(self.filters, 3, stride), (self.filters, 3, 1)]


@operation
class Bottleneck(Block):
    """`bottleneck(filters, stride, ..., expansion)`: a 1x1, a 3x3 and a 1x1 convolution, added to their input.

    The block of ResNet-50 (as `res`) with the stride in the 3x3 convolution; it gives `expansion * filters` channels.
    """

    expansion: Count = 4

    def _convolutions(self, stride: int) -> list[tuple[int, int, int]]:
        return [(self.filters, 1, 1), (self.filters, 3, stride), (self.expansion * self.filters, 1, 1)]


def _conv(filters: int, size: int, stride: int) -> Conv:
    return Conv(filters, size, stride, "same", activation="linear", bias=False, initial="he")


class _ZeroNorm:
    """Batch norm whose scale begins at 0."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return BatchNorm().build(keras, x, name, gamma_initializer="zeros")

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.batch_norm(shape)}


class _DropPath:
    """Sets a share of a batch's images to zero, in training only; the others grow by as much."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Dropout(self._rate, noise_shape=(None, 1, 1, 1), name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": Cost(shape)}
