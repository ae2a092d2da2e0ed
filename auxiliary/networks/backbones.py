"""The registry of backbones: networks pre-trained on ImageNet, with their size and preprocessing.

It imports neither Keras nor TensorFlow; `auxiliary.networks.pretrained` loads a backbone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from auxiliary.core.errors import UserError, unknown

SMALLEST = 32   # image size in pixels


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
    Backbone("EfficientNetLite0", "auxiliary.networks.efficientnet_lite:efficientnet_lite",
             "EfficientNet for simple hardware (2020); its weights need no download",
             1280, 3_413_024, 383_907_552, 142, options={"number": 0}),
    Backbone("EfficientNetLite1", "auxiliary.networks.efficientnet_lite:efficientnet_lite",
             "EfficientNetLite0 with more layers",
             1280, 4_189_344, 501_187_680, 187, options={"number": 1}),
    Backbone("EfficientNetLite2", "auxiliary.networks.efficientnet_lite:efficientnet_lite",
             "EfficientNetLite1 with more channels",
             1280, 4_869_168, 575_229_424, 187, options={"number": 2}),
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
