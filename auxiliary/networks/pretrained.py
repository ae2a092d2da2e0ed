"""Backbones with their ImageNet weights, as Keras models; Keras is imported when one is built."""

import importlib
import os
import re
from typing import TYPE_CHECKING

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import with_home
from auxiliary.networks.backbones import Backbone, check_size, find_backbone

if TYPE_CHECKING:
    import keras


def preprocessing(name: str, layer: str = "preprocessing") -> "keras.layers.Layer | None":
    """The layer that rescales images of 0 to 255 for a backbone; None where the backbone does it itself.

    Args:
        name: the backbone.
        layer: the layer's name.
    """
    rescale = find_backbone(name).rescale
    if rescale is None:
        return None
    import keras

    scale, offset = (each if isinstance(each, float) else list(each) for each in rescale)
    # float32 in every precision: bfloat16 would round the images before they are rescaled.
    return keras.layers.Rescaling(scale, offset=offset, dtype="float32", name=layer)


def load_backbone(name: str, image_size: int, weights: str | None = "imagenet") -> "keras.Model":
    """Build a backbone without its top and without pooling.

    Args:
        name: a name of `BACKBONES`.
        image_size: side of the square images in pixels, see `check_size`. The weights are the same at every size. Where
            Keras has several files of weights (MobileNet, MobileNetV2), those for 224 pixels are used.
        weights: `"imagenet"`, or None for random weights. Keras caches the files in `models/` below `KERAS_HOME`
            (`~/.keras` by default), downloads missing ones, and checks the hashes of most.

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
    pretrained = _build(backbone, backbone.weights_at or image_size, weights)
    if backbone.bgr:
        _swap_red_and_blue(pretrained)
    if pretrained.input_shape[1] == image_size:
        return pretrained
    model = _build(backbone, image_size, None)
    model.set_weights(pretrained.get_weights())
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
    layers = tunable_layers(backbone)
    for number, layer in enumerate(layers):
        layer.trainable = number >= len(layers) - last


def tunable_layers(backbone: "keras.Model") -> list["keras.layers.Layer"]:
    """The layers that `set_tuned` counts, inputs included; those of a model inside in its place."""
    import keras

    return [inside for layer in backbone.layers
            for inside in (layer.layers if isinstance(layer, keras.Model) else [layer])]


def _swap_red_and_blue(model: "keras.Model") -> None:
    """Turn the first kernels around, so that images need not be."""
    first = next(layer for layer in model.layers if layer.weights)
    kernel, *bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1], *bias])


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
    folder = with_home(os.environ.get("KERAS_HOME", "~/.keras")) / "models"
    url = re.search(r"URL fetch failure on (\S+): ", str(error))
    if url is None:
        return UserError(f"the ImageNet weights of {name} could not be read: if {folder} holds "
                         f"a damaged file of it, delete that file and run again ({error})")
    return UserError(f"the ImageNet weights of {name} are not on this machine and could not be downloaded: "
                     f"put {url[1]} into {folder}, which must be writable, or use the backbone EfficientNetLite0, "
                     "which needs no download")
