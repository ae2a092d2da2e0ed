"""The registry of backbones: networks pre-trained on ImageNet, with their size and preprocessing.

It imports neither Keras nor TensorFlow; `auxiliary.networks.pretrained` loads a backbone.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from auxiliary.config.transfer import JOINED
from auxiliary.core.errors import UserError, unknown
from auxiliary.networks.backbone import Backbone
from auxiliary.networks.hub_names import check_preset, is_preset
from auxiliary.networks.keras_applications import KERAS_APPLICATIONS

LITE = "auxiliary.networks.efficientnet_lite:efficientnet_lite"
LITE_ABOUT = "EfficientNet for any hardware (2020)"

# Top-1 and image sizes are those of Google, see `auxiliary.networks.efficientnet_lite`.
BACKBONES: Mapping[str, Backbone] = {backbone.name: backbone for backbone in (
    Backbone("EfficientNetLite0", LITE_ABOUT, 75.1, 224, 1280, 3_413_024, 383_907_552, 142, None, LITE, {"number": 0}),
    Backbone("EfficientNetLite1", LITE_ABOUT, 76.7, 240, 1280, 4_189_344, 501_187_680, 187, None, LITE, {"number": 1}),
    Backbone("EfficientNetLite2", LITE_ABOUT, 77.6, 260, 1280, 4_869_168, 575_229_424, 187, None, LITE, {"number": 2}),
    *KERAS_APPLICATIONS,
)}


def find_backbone(name: str) -> Backbone:
    """The record of a backbone, or of several that are joined by ` + `; a `UserError` names the nearest one.

    The record of several has their sums, and cannot be built as one. That of a preset of KerasHub is made when it is
    first asked for, which loads TensorFlow; `check_backbone` does not.
    """
    if JOINED in name:
        return _join(name, [find_backbone(each) for each in name.split(JOINED)])
    if is_preset(name):
        from auxiliary.networks.hub import describe

        return describe(name)
    if name not in BACKBONES:
        raise unknown("backbone", name, BACKBONES)
    return BACKBONES[name]


def _join(name: str, backbones: Sequence[Backbone]) -> Backbone:
    sums = {field: sum(getattr(each, field) for each in backbones)
            for field in ("channels", "parameters", "multiply_adds", "layers")}
    return Backbone(name, f"{len(backbones):,} backbones, whose features are put side by side", math.nan, 0, **sums,
                    rescale=None, builder="", smallest=max(each.smallest for each in backbones))


def check_backbone(name: str, image_size: int) -> None:
    """Refuse a backbone, or several joined ones, that are unknown or too large for images of that side in pixels.

    Presets of KerasHub are looked up when they are built.

    Raises:
        UserError: with the nearest name, or the least side.
    """
    for each in name.split(JOINED):
        if is_preset(each):
            check_preset(each)
        else:
            check_size(each, image_size)


def check_size(name: str, image_size: int) -> None:
    """Raise a `UserError` for images that are too small for a backbone; `image_size` is their side in pixels."""
    smallest = find_backbone(name).smallest
    if image_size < smallest:
        raise UserError(f"image_size {image_size} is too small for {name}: it needs at least {smallest}")


def tuned_layers(name: str, tune_last: int | Literal["all"]) -> int:
    """The number of a backbone's last layers that `tune_last` stands for, at most all of them."""
    layers = find_backbone(name).layers
    return layers if tune_last == "all" else min(tune_last, layers)
