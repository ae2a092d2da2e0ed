"""The network that is exported, before any format."""

import keras
import numpy as np
import pytest
from PIL import Image

from auxiliary.config.profile import ScratchExperiment, TransferExperiment
from auxiliary.deploy.export.model import exported_model, plain_network
from auxiliary.deploy.export.write import antialiased
from auxiliary.evaluation.calibration import tempered
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.summary import all_layers

SETTINGS = {"key": "experiment", "model_id": "experiment", "learning_rate": 0.1, "epochs": 1, "image_size": 32}


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def precision(request):
    """What the models are made in."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def scratch() -> keras.Model:
    net = "conv(4, 3, 1, same, 0.1) | batchnorm | res(8, 2) | gap | dense(4, 0.1) | dropout(0.5)"
    return build_scratch(ScratchExperiment(**SETTINGS, net=net), 3)


def transfer() -> keras.Model:
    return build_transfer(
        TransferExperiment(**SETTINGS, backbone="Tiny", head="gap | dense(4)", tune_last=1), 3, None
    ).model


@pytest.mark.usefixtures("tiny_backbone")
@pytest.mark.parametrize("build", [scratch, transfer])
def test_it_is_float32_and_of_keras_own_layers_whatever_it_was_trained_in(precision, build):
    model, pixels = build(), np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3))
    plain = plain_network(model)
    assert {(layer.compute_dtype, layer.dtype) for layer in all_layers(plain)} == {("float32", "float32")}
    assert not any(isinstance(layer, InferenceMode) for layer in plain._flatten_layers())
    rounded = 1e-6 if precision == "float32" else 0.02
    assert plain.predict(pixels, verbose=0) == pytest.approx(model.predict(pixels, verbose=0), abs=rounded)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_it_is_calibrated(temperature):
    plain, pixels = plain_network(scratch()), np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), "uint8")
    said = exported_model(plain, temperature, ["a", "b", "c"]).model.predict(pixels, verbose=0)
    assert said == pytest.approx(tempered(plain.predict(pixels, verbose=0), temperature), abs=1e-6)


@pytest.mark.parametrize("side", [5, 32, 60])
@pytest.mark.parametrize(("height", "width"), [(32, 32), (100, 61), (9, 200), (1, 1)])
def test_the_resize_of_converters_is_pillows_and_keras_own(height, width, side):
    pixels = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), "uint8")
    said = antialiased(pixels, side).numpy()
    kerass = keras.layers.Resizing(side, side, antialias=True)(pixels.astype("float32"))
    assert said == pytest.approx(kerass.numpy(), abs=0.01)
    for one, image in zip(said, pixels, strict=True):
        pillows = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR), "float32")
        # It rounds twice: rows, then columns.
        assert np.abs(one - pillows).max() <= 1.01
