import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.pretrained import load_backbone, preprocessing, set_tuned
from auxiliary.networks.summary import multiply_adds

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY / "../shared/keras/models"
PRELUDE = """
import pathlib, warnings
import h5py, keras
from auxiliary.core.errors import UserError
from auxiliary.networks.pretrained import load_backbone
warnings.simplefilter("error")
"""
WEIGHTS = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"


# The small ones of each way to build a network; `tests/networks/test_families.py` has the others.
BUILT = ("EfficientNetLite0", "EfficientNetLite2", "MobileNetV2", "MobileNetV2_035", "MobileNetV3Small",
         "EfficientNetB0", "EfficientNetV2S", "ResNet50V2")


@pytest.fixture(scope="module")
def backbones():
    """Some backbones with random weights, built in one process."""
    return {name: load_backbone(name, 224, weights=None) for name in BUILT}


def run_offline(code, home):
    """The output of a new Python process without internet, whose Keras caches its files in `home`."""
    offline = {"KERAS_HOME": str(home), "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    done = subprocess.run([sys.executable, "-c", PRELUDE + code], env={**os.environ, **offline}, cwd=REPOSITORY,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def classifier(name, backbone):
    """The backbone under `gap | dense(256)` and ten classes."""
    rescale, pixels = preprocessing(name), keras.Input((224, 224, 3))
    x = InferenceMode(backbone)(rescale(pixels) if rescale else pixels)
    x = keras.layers.Dense(256, activation="relu")(keras.layers.GlobalAveragePooling2D()(x))
    return keras.Model(pixels, keras.layers.Dense(10)(x))


def trainable(model):
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


@pytest.mark.parametrize("name", BUILT)
def test_the_registry_matches_the_models_of_keras(backbones, name):
    record, model = BACKBONES[name], backbones[name]
    assert model.output_shape == (None, 7, 7, record.channels)
    assert model.count_params() == record.parameters
    assert multiply_adds(model) == record.multiply_adds
    assert len(model.layers) == record.layers


def test_all_networks_of_keras_are_backbones():
    builders = {name for name, value in vars(keras.applications).items() if callable(value)}
    assert len(builders) >= 40
    assert builders <= set(BACKBONES)


@pytest.mark.parametrize(("name", "module"), [
    ("MobileNet", "mobilenet"), ("MobileNetV2", "mobilenet_v2"), ("MobileNetV2_035", "mobilenet_v2"),
    ("ResNet50V2", "resnet_v2"), ("NASNetMobile", "nasnet"), ("InceptionV3", "inception_v3"),
    ("InceptionResNetV2", "inception_resnet_v2"), ("Xception", "xception"), ("DenseNet121", "densenet"),
    ("ResNet50", "resnet"), ("VGG16", "vgg16"), ("VGG19", "vgg19")])
def test_preprocessing_equals_that_of_keras(name, module):
    pixels = np.linspace(0, 255, 12, dtype="float32").reshape(1, 2, 2, 3)
    expected = getattr(keras.applications, module).preprocess_input(pixels.copy())
    if BACKBONES[name].bgr:
        expected = expected[..., ::-1]
    np.testing.assert_allclose(preprocessing(name)(pixels), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["EfficientNetV2S", "EfficientNetLite0", "MobileNetV3Small"])
def test_some_rescale_images_themselves(backbones, name):
    assert preprocessing(name) is None
    assert any(isinstance(layer, keras.layers.Rescaling) for layer in backbones[name].layers)


def test_efficientnetv2s_has_its_published_size(backbones):
    backbone = backbones["EfficientNetV2S"]
    model = classifier("EfficientNetV2S", backbone)
    assert (len(backbone.layers), model.count_params()) == (513, 20_661_866)
    set_tuned(backbone, 0)
    assert trainable(model) == 330_506
    set_tuned(backbone, 30)
    assert trainable(model) == 2_274_698


def test_set_tuned_makes_the_last_layers_trainable(backbones):
    backbone = backbones["MobileNetV2"]
    model = classifier("MobileNetV2", backbone)
    assert model.count_params() == 2_588_490
    for last, expected in ((0, 0), (2, 2), (10_000, 154)):
        set_tuned(backbone, last)
        assert sum(layer.trainable for layer in backbone.layers) == expected
        assert (trainable(model) > 330_506) == (expected > 0)


def test_invalid_arguments_are_refused_with_the_way_out():
    with pytest.raises(UserError, match="image_size 28 is too small for MobileNetV2: it needs at least 32"):
        load_backbone("MobileNetV2", 28)
    with pytest.raises(UserError, match="unknown weights 'imagnet'"):
        load_backbone("MobileNetV2", 32, weights="imagnet")


def test_missing_and_damaged_weights_are_reported_with_their_folder(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / WEIGHTS).write_bytes(b"half a file")
    printed = run_offline("""
for name in ("MobileNetV2", "MobileNetV2_035"):
    try:
        load_backbone(name, 64)
    except UserError as error:
        print(error)
""", tmp_path)
    folder = tmp_path / "models"
    assert f"kernels_1.0_224_no_top.h5 into {folder}" in printed
    assert "use the backbone EfficientNetLite0, which needs no download" in printed
    assert f"MobileNetV2_035 could not be read: if {folder} holds a damaged file of it, delete" in printed


@pytest.mark.skipif(not (SHARED / WEIGHTS).is_file(), reason="../shared/keras holds no weights of MobileNetV2")
def test_cached_weights_load_offline_at_any_size(tmp_path):
    (tmp_path / "models").mkdir()
    shutil.copy(SHARED / WEIGHTS, tmp_path / "models")
    printed = run_offline(f"""
models = [load_backbone("MobileNetV2_035", size) for size in (224, 100, 160)]
print([model.output_shape[1] for model in models])
with h5py.File(pathlib.Path({str(tmp_path)!r}, "models", {WEIGHTS!r})) as file:
    kernel = file["Conv1/Conv1/kernel"][()]
print([(model.get_layer("Conv1").kernel.numpy() == kernel).all().item() for model in models])
""", tmp_path)
    assert printed.splitlines() == ["[7, 4, 5]", "[True, True, True]"]
