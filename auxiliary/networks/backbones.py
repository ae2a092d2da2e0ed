"""Networks trained on ImageNet, by name: what each is, how it wants its images, and how to load it.

Reading the registry imports neither Keras nor TensorFlow; building a backbone does.
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

SMALLEST = 32
USUAL = 224


@dataclass(frozen=True)
class Backbone:
    """What is known of a pre-trained network without loading it; numbers are those without its top.

    Attributes:
        name: the name that a row's `backbone` gives.
        builder: `module:function`, a function with the arguments of those of `keras.applications`.
        about: one line on what it is.
        channels: channels of its feature map, whose sides are 1/32 of the image's, rounded up.
        parameters: numbers it holds.
        multiply_adds: multiplications with addition for one image of 224x224.
        layers: layers it has, its input counted.
        rescale: (scale, offset) that its images of 0 to 255 need first; None where the model does it.
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


# What `preprocess_input` of keras.applications calls mode "tf": -1 to 1.
PLUS_MINUS_ONE = (1 / 127.5, -1.0)

BACKBONES: Mapping[str, Backbone] = {backbone.name: backbone for backbone in (
    Backbone("MobileNetV2", "keras.applications:MobileNetV2", "small and fast, for telephones (2018)",
             1280, 2_257_984, 299_494_272, 154, PLUS_MINUS_ONE, {"alpha": 1.0}),
    Backbone("MobileNetV2_035", "keras.applications:MobileNetV2", "MobileNetV2 at 0.35 of its width",
             1280, 410_208, 58_005_808, 154, PLUS_MINUS_ONE, {"alpha": 0.35}),
    Backbone("ResNet50V2", "keras.applications:ResNet50V2", "the classic residual network (2016)",
             2048, 23_564_800, 3_480_207_360, 190, PLUS_MINUS_ONE),
    Backbone("EfficientNetV2S", "keras.applications:EfficientNetV2S", "accurate and slow (2021)",
             1280, 20_331_360, 2_848_615_872, 513),
    Backbone("EfficientNetLite0", "auxiliary.networks.efficientnet_lite:efficientnet_lite0",
             "EfficientNet for simple hardware (2020); its weights need no network",
             1280, 3_413_024, 383_907_552, 142),
)}


def find_backbone(name: str) -> Backbone:
    """The record of a backbone, or a `UserError` with the nearest name."""
    if name not in BACKBONES:
        raise unknown("backbone", name, BACKBONES)
    return BACKBONES[name]


def check_size(name: str, image_size: int) -> None:
    """Refuse images, of so many pixels a side, that are too small for a backbone."""
    if image_size < SMALLEST:
        raise UserError(f"image_size {image_size} is too small for {name}: it needs at least {SMALLEST}")


def tuned_layers(name: str, tune_last: int | Literal["all"]) -> int:
    """How many of a backbone's last layers `tune_last` names, all of them at most."""
    layers = find_backbone(name).layers
    return layers if tune_last == "all" else min(tune_last, layers)


def preprocessing(name: str) -> "keras.layers.Layer | None":
    """The layer that images of 0 to 255 pass before a backbone; None where the backbone has it inside."""
    rescale = find_backbone(name).rescale
    if rescale is None:
        return None
    import keras

    scale, offset = rescale
    # float32 whatever the precision: bfloat16 would round the images before they are small numbers.
    return keras.layers.Rescaling(scale, offset=offset, dtype="float32", name="preprocessing")


def load_backbone(name: str, image_size: int, weights: str | None = "imagenet") -> "keras.Model":
    """Build a backbone without its top and without pooling.

    Args:
        name: a name of `BACKBONES`.
        image_size: side of the square images in pixels, 32 or more. The weights are the same at every size:
            where Keras has several sets of them (MobileNetV2), those for 224 pixels.
        weights: `"imagenet"`, or None for random ones. Keras keeps the files in `models/` below `KERAS_HOME`
            (`~/.keras` by default), downloads what is not there and checks the hash of all but MobileNetV2's.

    Returns:
        A model from (N, size, size, 3), passed through `preprocessing(name)` where that is not None, to the
        feature map (N, height, width, channels). Wrap it in `InferenceMode` to call it.

    Raises:
        UserError: unknown name or weights, images that are too small, or weights that cannot be had.
    """
    backbone = find_backbone(name)
    if weights not in (None, "imagenet"):
        raise unknown("weights", weights, ["imagenet"])
    check_size(name, image_size)
    if weights is None:
        return _build(backbone, image_size, None)
    # Keras wants another file for MobileNetV2 at each of five sizes, and warns at all others.
    usual = _build(backbone, USUAL, weights)
    if image_size == USUAL:
        return usual
    model = _build(backbone, image_size, None)
    model.set_weights(usual.get_weights())
    return model


def set_tuned(backbone: "keras.Model", last: int) -> None:
    """Choose which of a backbone's layers train.

    In `InferenceMode` a backbone's batch normalisation keeps its averages, while scale and shift of tuned
    layers train. Compile the model around it after this, not before.

    Args:
        backbone: what `load_backbone` gave; changed in place.
        last: how many of its last layers train, from 0; more than it has for all.
    """
    # A frozen model hides all its layers, so the model itself stays trainable unless nothing is tuned.
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
    # A failed download is a bare Exception in Keras, a damaged file whatever h5py or Keras says.
    except Exception as error:
        if weights is None:
            raise
        raise _weights_missing(backbone.name, error) from error


def _weights_missing(name: str, error: Exception) -> UserError:
    folder = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "models"
    url = re.search(r"URL fetch failure on (\S+): ", str(error))
    if url is None:
        return UserError(f"the ImageNet weights of {name} could not be read: if a damaged file of it lies in "
                         f"{folder}, delete that, then run again ({error})")
    return UserError(f"the ImageNet weights of {name} are not on this machine and could not be downloaded: "
                     f"put {url[1]} into {folder} (writable, or Keras looks elsewhere), or use the backbone "
                     "EfficientNetLite0, which needs no download")
