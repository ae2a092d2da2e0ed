"""Operations for the first and the last layers of a network, and squeeze-and-excitation."""

from types import ModuleType
from typing import TYPE_CHECKING

from auxiliary.core.spec import operation
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Cost, Shape
from auxiliary.networks.operations.layers import Act, BatchNorm, Conv
from auxiliary.networks.operations.operation import Count, Curve, Operation, Parts, build_parts, costs_of_parts

if TYPE_CHECKING:
    from keras import KerasTensor


@operation
class Stem:
    """`stem(first, second, third, activation)`: three 3x3 convolutions with batch norm, the first with stride 2.

    They take the place of a large first convolution, as in ResNet-C (He et al. 2018, https://arxiv.org/abs/1812.01187).
    """

    first: Count
    second: Count
    third: Count
    activation: Curve = "relu"

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        return build_parts(self._parts(), keras, x, name)

    def costs(self, shape: Shape) -> dict[str, Cost]:
        return costs_of_parts(self._parts(), shape)

    def _parts(self) -> Parts:
        parts: list[tuple[str, Operation]] = []
        for number, filters in enumerate((self.first, self.second, self.third), start=1):
            convolution = Conv(filters, 3, 2 if number == 1 else 1, "same", activation="linear", bias=False,
                               initial="he")
            parts += [(f"_conv{number}", convolution), (f"_norm{number}", BatchNorm()),
                      (f"_{self.activation}{number}", Act(self.activation))]
        return parts


@operation
class Whiten:
    """`whiten(size)`: a convolution whose outputs for patches of training images are uncorrelated.

    For each of the `size * size * channels` numbers of a patch it has a filter and its negative. Its weights are
    computed from training images, see `auxiliary.networks.whitening`, and are not trained; its bias is.
    Source: airbench (https://github.com/KellerJordan/cifar10-airbench).
    """

    size: Count = 2

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        # In float32 in every precision: the filters enlarge small differences.
        layer = keras.layers.Conv2D(self._filters(x.shape[-1]), self.size, kernel_initializer="zeros",
                                    dtype="float32", name=name)
        y = layer(x)
        layer.kernel.trainable = False
        return y

    def costs(self, shape: Shape) -> dict[str, Cost]:
        filters = self._filters(shape[-1])
        cost = layer_costs.convolution(shape, filters, self.size)
        return {"": cost._replace(non_trainable=cost.parameters - filters)}

    def _filters(self, channels: int) -> int:
        return 2 * self.size**2 * channels


@operation
class SqueezeExcite:
    """`se(ratio)`: multiplies each channel by a number between 0 and 1 that two dense layers make of all means.

    The first of them has `ratio` times fewer units than there are channels. Source: Hu et al. 2017,
    https://arxiv.org/abs/1709.01507.
    """

    ratio: Count = 16

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        channels = x.shape[-1]
        y = keras.layers.GlobalAveragePooling2D(name=f"{name}_gap")(x)
        y = keras.layers.Dense(self._units(channels), activation="relu", name=f"{name}_dense1")(y)
        y = keras.layers.Dense(channels, activation="sigmoid", name=f"{name}_dense2")(y)
        y = keras.layers.Reshape((1, 1, channels), name=f"{name}_reshape")(y)
        return keras.layers.Multiply(name=f"{name}_multiply")([x, y])

    def costs(self, shape: Shape) -> dict[str, Cost]:
        mean = layer_costs.global_pooling(shape)
        squeezed = layer_costs.dense(mean.shape, self._units(shape[-1]))
        return {"_gap": mean, "_dense1": squeezed, "_dense2": layer_costs.dense(squeezed.shape, shape[-1]),
                "_reshape": Cost((1, 1, shape[-1])), "_multiply": Cost(shape)}

    def _units(self, channels: int) -> int:
        return max(1, channels // self.ratio)


@operation
class Classes:
    """`classes(bias)`: the final layer: one unit per class, then softmax. It is the last of a spec, or left out.

    Not an `Operation`: the number of classes is not part of the spec.
    """

    bias: bool = True
