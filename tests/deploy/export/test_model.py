"""The network that is exported, before it is written in a format."""

import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.deploy.export.model import build_export_model, plain_network
from auxiliary.evaluation.calibration import tempered
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.summary import all_layers

SETTINGS = {"key": "experiment", "model_id": "experiment", "learning_rate": 0.1, "epochs": 1, "image_size": 32}


@pytest.fixture(params=["float32", "mixed_bfloat16", "mixed_float16"])
def precision(request):
    """The precision in which the models are built."""
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
def test_it_is_float32_and_has_only_layers_of_keras_in_every_precision(precision, build):
    model, pixels = build(), np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3))
    plain = plain_network(model)
    assert {(layer.compute_dtype, layer.dtype) for layer in all_layers(plain)} == {("float32", "float32")}
    assert not any(isinstance(layer, InferenceMode) for layer in plain._flatten_layers())
    tolerance = 1e-6 if precision == "float32" else 0.02
    assert plain.predict(pixels, verbose=0) == pytest.approx(model.predict(pixels, verbose=0), abs=tolerance)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_it_is_calibrated(temperature):
    network, pixels = plain_network(scratch()), np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), "uint8")
    probabilities = build_export_model(network, temperature, ["a", "b", "c"]).model.predict(pixels, verbose=0)
    expected = tempered(network.predict(pixels, verbose=0), temperature)
    assert probabilities["probabilities"] == pytest.approx(expected, abs=1e-6)
