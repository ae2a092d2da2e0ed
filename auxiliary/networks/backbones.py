"""The backbones: networks pre-trained on ImageNet, with their size, their preprocessing, and how they are loaded.

Reading the registry imports neither Keras nor TensorFlow. Building a backbone does.
"""

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from auxiliary.core.errors import UserError, unknown

if TYPE_CHECKING:
    import keras

SMALLEST = 32   # image size in pixels
USUAL = 224


@dataclass(frozen=True)
class Backbone:
    """The description of a pre-trained network, without loading it; all sizes are without its top.

    Attributes:
        name: the value of `backbone` in a profile.
        builder: `module:function`; the function takes the arguments of the functions of `keras.applications`.
        about: a short description.
        channels: channels of its feature map, whose sides are 1/32 of the image's, rounded up.
        parameters: number of parameters.
        multiply_adds: multiplications with addition for one image of 224x224.
        layers: number of layers, the input included.
        rescale: (scale, offset) to apply to images of 0 to 255 first; None where the model does it itself.
        options: further arguments of the builder.
    """

    name: str
    builder: str
    about: str
    channels: int
    parameters: int
    multiply_adds: int
    layers: int
    rescale: tuple[float, float] | None = None
    options: Mapping[str, float] = field(default_factory=dict)


# Images of 0 to 255 to -1 to 1: mode "tf" of `preprocess_input` in keras.applications.
PLUS_MINUS_ONE = (1 / 127.5, -1.0)

BACKBONES: Mapping[str, Backbone] = {backbone.name: backbone for backbone in (
    Backbone("MobileNetV2", "keras.applications:MobileNetV2", "small and fast, for phones (2018)",
             1280, 2_257_984, 299_494_272, 154, PLUS_MINUS_ONE, {"alpha": 1.0}),
    Backbone("MobileNetV2_035", "keras.applications:MobileNetV2", "MobileNetV2 at 0.35 of its width",
             1280, 410_208, 58_005_808, 154, PLUS_MINUS_ONE, {"alpha": 0.35}),
    Backbone("ResNet50V2", "keras.applications:ResNet50V2", "the classic residual network (2016)",
             2048, 23_564_800, 3_480_207_360, 190, PLUS_MINUS_ONE),
    Backbone("EfficientNetV2S", "keras.applications:EfficientNetV2S", "accurate and slow (2021)",
             1280, 20_331_360, 2_848_615_872, 513),
    Backbone("EfficientNetLite0", "auxiliary.networks.efficientnet_lite:efficientnet_lite0",
             "EfficientNet for simple hardware (2020); its weights need no download",
             1280, 3_413_024, 383_907_552, 142),
)}


def find_backbone(name: str) -> Backbone:
    """The record of a backbone, or a `UserError` with the nearest name."""
    if name not in BACKBONES:
        raise unknown("backbone", name, BACKBONES)
    return BACKBONES[name]


def check_size(name: str, image_size: int) -> None:
    """Raise a `UserError` for images that are too small for a backbone; `image_size` is their side in pixels."""
    if image_size < SMALLEST:
        raise UserError(f"image_size {image_size} is too small for {name}: it needs at least {SMALLEST}")


def tuned_layers(name: str, tune_last: int | Literal["all"]) -> int:
    """The number of a backbone's last layers that `tune_last` stands for, at most all of them."""
    layers = find_backbone(name).layers
    return layers if tune_last == "all" else min(tune_last, layers)


def preprocessing(name: str) -> "keras.layers.Layer | None":
    """The layer that rescales images of 0 to 255 for a backbone; None where the backbone does it itself."""
    rescale = find_backbone(name).rescale
    if rescale is None:
        return None
    import keras

    scale, offset = rescale
    # float32 in every precision: bfloat16 would round the images before they are rescaled.
    return keras.layers.Rescaling(scale, offset=offset, dtype="float32", name="preprocessing")


def load_backbone(name: str, image_size: int, weights: str | None = "imagenet") -> "keras.Model":
    """Build a backbone without its top and without pooling.

    Args:
        name: a name of `BACKBONES`.
        image_size: side of the square images in pixels, 32 or more. The weights are the same at every size. Where
            Keras has several files of weights (MobileNetV2), those for 224 pixels are used.
        weights: `"imagenet"`, or None for random weights. Keras caches the files in `models/` below `KERAS_HOME`
            (`~/.keras` by default), downloads missing ones, and checks the hash of all but MobileNetV2's.

    Returns:
        A model from (N, size, size, 3), passed through `preprocessing(name)` where that is not None, to the feature
        map (N, height, width, channels). Wrap it in `InferenceMode` to call it.

    Raises:
        UserError: unknown name or weights, too small images, or weights that can be neither read nor downloaded.
    """
    backbone = find_backbone(name)
    if weights not in (None, "imagenet"):
        raise unknown("weights", weights, ["imagenet"])
    check_size(name, image_size)
    if weights is None:
        return _build(backbone, image_size, None)
    # Keras has one file for MobileNetV2 at each of five sizes, and warns at all others.
    usual = _build(backbone, USUAL, weights)
    if image_size == USUAL:
        return usual
    model = _build(backbone, image_size, None)
    model.set_weights(usual.get_weights())
    return model


def set_tuned(backbone: "keras.Model", last: int) -> None:
    """Make a backbone's last layers trainable and freeze the others.

    In `InferenceMode` batch normalisation keeps its averages, while scale and shift of tuned layers train. Compile
    the model around the backbone after this call.

    Args:
        backbone: a model of `load_backbone`; changed in place.
        last: number of last layers to train, 0 or more; a number above its layers stands for all.
    """
    # Freezing a model freezes all its layers, so the model itself stays trainable unless nothing is tuned.
    backbone.trainable = last > 0
    first = len(backbone.layers) - last
    for number, layer in enumerate(backbone.layers):
        layer.trainable = number >= first


def _build(backbone: Backbone, size: int, weights: str | None) -> "keras.Model":
    module, function = backbone.builder.split(":")
    build = getattr(importlib.import_module(module), function)
    try:
        return build(include_top=False, weights=weights, input_shape=(size, size, 3), **backbone.options)
    except UserError:
        raise
    # Keras raises a bare Exception for a failed download, and h5py or Keras nearly any for a damaged file.
    except Exception as error:
        if weights is None:
            raise
        raise _weights_missing(backbone.name, error) from error


def _weights_missing(name: str, error: Exception) -> UserError:
    folder = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "models"
    url = re.search(r"URL fetch failure on (\S+): ", str(error))
    if url is None:
        return UserError(f"the ImageNet weights of {name} could not be read: if {folder} holds "
                         f"a damaged file of it, delete that file and run again ({error})")
    return UserError(f"the ImageNet weights of {name} are not on this machine and could not be downloaded: "
                     f"put {url[1]} into {folder}, which must be writable, or use the backbone EfficientNetLite0, "
                     "which needs no download")
