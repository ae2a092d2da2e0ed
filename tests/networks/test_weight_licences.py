"""The licences of weights are known for the backbones that README.md and Keras's documentation name."""

from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.weight_licences import weight_licences

NONE_STATED = ("EfficientNetB", "ConvNeXt", "MobileNetV3")


def test_each_backbone_has_its_licence_or_none_that_is_known():
    found = {name: weight_licences(name)[name] for name in BACKBONES}
    without = {name for name, licence in found.items() if not licence}
    assert without == {name for name in BACKBONES if name.startswith(NONE_STATED)} | {"ResNet101", "ResNet152"}
    assert found["EfficientNetLite0"] == found["MobileNetV2_035"] == found["EfficientNetV2S"] == "apache-2.0"
    assert (found["ResNet50"], found["ResNet152V2"], found["VGG16"]) == ("mit", "mit", "cc-by-4.0")


def test_joined_backbones_have_one_each():
    assert weight_licences("EfficientNetLite0 + ConvNeXtTiny + hub:vit") == {
        "EfficientNetLite0": "apache-2.0", "ConvNeXtTiny": "", "hub:vit": ""}
