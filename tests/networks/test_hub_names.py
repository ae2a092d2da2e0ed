"""The names of KerasHub's presets are checked without KerasHub."""

import sys

import pytest

from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import check_backbone
from auxiliary.networks.hub_files import keras_hub, register_layers
from auxiliary.networks.hub_names import file_stem, presets_of


@pytest.mark.parametrize(("name", "message"), [
    ("hub:", "names no preset of KerasHub"),
    ("hub:two words", "names no preset of KerasHub"),
    ("hub:kaggle://keras/vit", "write the whole path"),
    ("hub:./folder", "write the whole path"),
    ("hub:/nowhere", "/nowhere holds no preset of KerasHub, as its config.json is missing"),
    ("EfficientNetLite0 + hub:/nowhere", "/nowhere holds no preset"),
    ("hub:dinov2_small + MobileNetV4", "unknown backbone 'MobileNetV4'"),
])
def test_a_name_that_cannot_be_a_preset_is_refused(name, message):
    with pytest.raises(UserError, match=message):
        check_backbone(name, 224)


def test_the_name_of_a_preset_is_not_looked_up():
    check_backbone("hub:no_such_preset + EfficientNetLite0", 224)


def test_presets_may_be_joined_with_others():
    assert presets_of("hub:dinov2_small + EfficientNetLite0 + hub:/a/b") == ["hub:dinov2_small", "hub:/a/b"]


@pytest.mark.parametrize(("name", "stem"), [
    ("EfficientNetLite0", "EfficientNetLite0"), ("hub:dinov2_small", "hub-dinov2_small"),
    ("hub:/presets/mine", "hub-mine")])
def test_files_are_named_without_a_path(name, stem):
    assert file_stem(name) == stem


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(UserError, match=r"the backbone hub:dinov2_small needs the package keras_hub: install it with "
                                        r".venv/bin/pip install -e '.\[hub\]'"):
        keras_hub("hub:dinov2_small")
    with pytest.raises(UserError, match="the backbone hub:dinov2_small needs"):
        register_layers("EfficientNetLite0 + hub:dinov2_small")
    register_layers("EfficientNetLite0")
