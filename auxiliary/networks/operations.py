"""The operations of a `net` or `head` spec, each with its Keras layers and their cost.

`build` makes the Keras layers. `costs` computes output shapes and sizes by formula, without TensorFlow: a plan is
printed, and a spec that does not fit the images refused, before TensorFlow is loaded.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import Field

from auxiliary.core.spec import operation
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Cost, Padding, Shape

if TYPE_CHECKING:
    from keras import KerasTensor

Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Penalty = Annotated[float, Field(ge=0)]


class Operation(Protocol):
    """One step of a network."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        """Apply layers of the module `keras` to a symbolic tensor.

        A layer's name is `name` followed by its key in `costs`.
        """
        ...

    def costs(self, shape: Shape) -> dict[str, Cost]:
        """The cost of each layer for an input shape; the last layer's output is the operation's."""
        ...


@operation
class Conv:
    """`conv(filters, size, stride, padding, l2)`: a convolution with bias, then ReLU.

    `l2` times the sum of the squared weights is added to the loss.
    """

    filters: Count
    size: Count = 3
    stride: Count = 1
    padding: Padding = "valid"
    l2: Penalty = 0.0

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Conv2D(self.filters, self.size, self.stride, self.padding, activation="relu",
                                   kernel_regularizer=_l2(keras, self.l2), name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.convolution(shape, self.filters, self.size, self.stride, self.padding)}


@operation
class Pool:
    """`pool(size)`: the maximum of each size x size window; windows do not overlap."""

    size: Count = 2

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.MaxPooling2D(self.size, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.pooling(shape, self.size)}


@operation
class GlobalAverage:
    """`gap`: the mean of each channel over the whole image."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.GlobalAveragePooling2D(name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.global_pooling(shape)}


@operation
class Flatten:
    """`flatten`: all numbers as one vector."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Flatten(name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.flatten(shape)}


@operation
class Dense:
    """`dense(units, l2)`: a fully connected layer with bias, then ReLU; `l2` as in `conv`."""

    units: Count
    l2: Penalty = 0.0

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Dense(self.units, activation="relu", kernel_regularizer=_l2(keras, self.l2), name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.dense(shape, self.units)}


@operation
class Dropout:
    """`dropout(rate)`: sets that share of the numbers to zero, in training only."""

    rate: Rate

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.Dropout(self.rate, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": Cost(shape)}


@operation
class BatchNorm:
    """`batchnorm`: normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts it."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return _norm(keras, x, name)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.batch_norm(shape)}


@operation
class Residual:
    """`res(filters, stride)`: two 3x3 convolutions with batch norm, added to their input.

    The basic block of ResNet-18 (He et al. 2015, https://arxiv.org/abs/1512.03385). Where the shape changes, a 1x1
    convolution with batch norm is applied to the input first.
    """

    filters: Count
    stride: Count = 1

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        y = self._conv(keras, x, 3, self.stride, f"{name}_conv1", f"{name}_norm1")
        y = keras.layers.Activation("relu", name=f"{name}_relu1")(y)
        y = self._conv(keras, y, 3, 1, f"{name}_conv2", f"{name}_norm2")
        if self._projects(x.shape[1:]):
            x = self._conv(keras, x, 1, self.stride, f"{name}_project", f"{name}_project_norm")
        total = keras.layers.Add(name=f"{name}_add")([x, y])
        return keras.layers.Activation("relu", name=f"{name}_relu2")(total)

    def _conv(self, keras: ModuleType, x: "KerasTensor", size: int, stride: int, conv: str, norm: str) -> "KerasTensor":
        x = keras.layers.Conv2D(self.filters, size, stride, "same", use_bias=False,
                                kernel_initializer="he_normal", name=conv)(x)
        return _norm(keras, x, norm)

    def _projects(self, shape: Shape) -> bool:
        return self.stride != 1 or shape[2] != self.filters

    def costs(self, shape: Shape) -> dict[str, Cost]:
        first = layer_costs.convolution(shape, self.filters, 3, self.stride, "same", bias=False)
        inside = first.shape
        norm, free = layer_costs.batch_norm(inside), Cost(inside)
        costs = {"_conv1": first, "_norm1": norm, "_relu1": free,
                 "_conv2": layer_costs.convolution(inside, self.filters, 3, 1, "same", bias=False), "_norm2": norm}
        if self._projects(shape):
            project = layer_costs.convolution(shape, self.filters, 1, self.stride, "same", bias=False)
            costs |= {"_project": project, "_project_norm": norm}
        return costs | {"_add": free, "_relu2": free}


OPERATIONS: dict[str, type[Operation]] = {
    "conv": Conv, "pool": Pool, "gap": GlobalAverage, "flatten": Flatten, "dense": Dense, "dropout": Dropout,
    "batchnorm": BatchNorm, "res": Residual,
}


def _l2(keras: ModuleType, penalty: float) -> object | None:
    return keras.regularizers.L2(penalty) if penalty else None


def _norm(keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
    # With Keras's default momentum of 0.99 the averages would need more steps than short runs have.
    return keras.layers.BatchNormalization(momentum=0.9, name=name)(x)
