"""The families of KerasHub that are image backbones, and what the pooled features of each are."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import keras


class Family(NamedTuple):
    """How the backbones of a class of KerasHub are built and read.

    Attributes:
        class_token: where the output is a sequence, whether its first token stands for the image; otherwise the mean
            of all tokens does.
        size_argument: the argument that says for which images it is built; empty where only its own size will do.
        half: the field of its configuration that holds the half for images; empty where all of it is for images.
        layered: whether its layers count one by one; otherwise it is one layer, as KerasHub saves it, because KerasHub
            0.32 cannot read all of its layers back one by one.
    """

    class_token: bool = False
    size_argument: str = "image_shape"
    half: str = ""
    layered: bool = False


VISION = "vision_encoder"
FAMILIES: Mapping[str, Family] = {
    "CLIPBackbone": Family(class_token=True, size_argument="", half=VISION),
    "CSPNetBackbone": Family(layered=True),
    "DINOV2Backbone": Family(class_token=True),
    "DINOV3Backbone": Family(class_token=True),
    "DeiTBackbone": Family(class_token=True),
    "DenseNetBackbone": Family(layered=True),
    "EfficientNetBackbone": Family(size_argument="input_shape", layered=True),
    "HGNetV2Backbone": Family(),
    "MetaCLIP2Backbone": Family(class_token=True, size_argument="", half=VISION),
    "MiTBackbone": Family(),
    "MobileNetBackbone": Family(),
    "MobileNetV5Backbone": Family(),
    "ResNetBackbone": Family(layered=True),
    "SigLIPBackbone": Family(size_argument="", half=VISION),
    "SwinTransformerBackbone": Family(),
    "VGGBackbone": Family(layered=True),
    "ViTBackbone": Family(class_token=True),
    "XceptionBackbone": Family(layered=True),
}


def with_features(model: keras.Model, family: Family) -> keras.Model:
    """A backbone of KerasHub with the output that heads are put on.

    Args:
        model: takes images; gives feature maps (N, height, width, channels), several of which the last counts, a
            sequence of tokens (N, tokens, width), or a vector (N, width).
        family: what it is.

    Returns:
        A model around it, or with its layers, from images to feature maps; or to vectors (N, width), where a token or
        the model itself stands for the image.
    """
    images, output = model.inputs[0], model.output
    if not family.layered:
        images = keras.Input(images.shape[1:], name="pixels")
        output = model(keras.tree.map_structure(lambda _: images, model.input))
    if isinstance(output, dict):
        *_, output = output.values()
    # A ViT may be without it.
    class_token = family.class_token and getattr(model, "use_class_token", True)
    return keras.Model(images, _features(output, class_token), name=model.name)


# In layers of Keras's own, which every saved model and export has.
def _features(x: keras.KerasTensor, class_token: bool) -> keras.KerasTensor:
    if len(x.shape) != 3:
        return x
    _, tokens, width = x.shape
    if class_token:
        first = keras.layers.Cropping1D((0, tokens - 1), name="class_token")(x)
        return keras.layers.Reshape((width,), name="class_token_vector")(first)
    side = math.isqrt(tokens)
    if side**2 == tokens:
        return keras.layers.Reshape((side, side, width), name="token_map")(x)
    return keras.layers.GlobalAveragePooling1D(name="token_mean")(x)
