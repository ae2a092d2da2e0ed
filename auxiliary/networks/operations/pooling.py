"""Operations without weights that make an image smaller, or a vector of it."""

from types import ModuleType
from typing import TYPE_CHECKING

from auxiliary.core.spec import operation
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Cost, Padding, Shape
from auxiliary.networks.operations.operation import Count

if TYPE_CHECKING:
    from keras import KerasTensor


@operation
class Pool:
    """`pool(size)`: the maximum of each size x size window; windows do not overlap."""

    size: Count = 2

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.MaxPooling2D(self.size, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.pooling(shape, self.size)}


@operation
class AveragePool:
    """`avgpool(size, padding)`: the mean of each size x size window; with `same` also of those that are cut off."""

    size: Count = 2
    padding: Padding = "valid"

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return keras.layers.AveragePooling2D(self.size, padding=self.padding, name=name)(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return {"": layer_costs.pooling(shape, self.size, padding=self.padding)}


@operation
class BlurPool:
    """`blurpool`: in place of `pool(2)`: the maximum at every pixel, then a 3x3 blur at every second one.

    Max-pooling that a small shift changes less (Zhang 2019, https://arxiv.org/abs/1904.11486). The blur's weights
    1, 2, 1 are those of two means of two pixels in a row.
    """

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        x = keras.layers.MaxPooling2D(2, 1, "same", name=f"{name}_max")(x)
        x = keras.layers.AveragePooling2D(2, 1, "same", name=f"{name}_mean1")(x)
        return keras.layers.AveragePooling2D(2, 2, "same", name=f"{name}_mean2")(x)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        same = layer_costs.pooling(shape, 2, stride=1, padding="same")
        return {"_max": same, "_mean1": same, "_mean2": layer_costs.pooling(shape, 2, padding="same")}


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
