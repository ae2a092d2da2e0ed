"""The attributions of networks whose gradients are known by hand, and their sum for others."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.evaluation.explanation import GREY
from auxiliary.evaluation.integrated_gradients import STEPS, TOLERANCE, integrated_gradients
from auxiliary.networks import backbones
from auxiliary.networks.build import build_scratch, build_transfer
from tests.tiny import with_tiny

SIDE, CLASSES = 16, 3
SETTINGS = {"model_id": "net", "key": "net", "learning_rate": 0.1, "epochs": 1}
RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (SIDE, SIDE, 3), "uint8")


def scratch(net, side=SIDE) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_scratch(ScratchExperiment(**SETTINGS, image_size=side, net=net), CLASSES)


@pytest.mark.parametrize("steps", [1, 16, 64])
def test_of_a_linear_network_they_are_weights_times_the_distance_from_grey(steps):
    model = scratch("flatten")
    kernel, bias = RNG.normal(size=(SIDE * SIDE * 3, CLASSES)), RNG.normal(size=CLASSES)
    model.layers[-1].set_weights([kernel, bias])
    for label in range(CLASSES):
        found = integrated_gradients(model, IMAGE, label, steps)
        expected = kernel[:, label].reshape(IMAGE.shape) * (IMAGE - float(GREY)) / 255
        np.testing.assert_allclose(found.shares, expected, atol=1e-6)
        assert found.difference == pytest.approx(expected.sum(), abs=1e-4)


def test_of_a_network_with_a_threshold_only_the_path_above_it_counts():
    model = scratch("conv(3, 1) | gap")
    model.get_layer("conv1").set_weights([np.eye(3).reshape(1, 1, 3, 3), np.full(3, -0.8)])
    model.layers[-1].set_weights([np.eye(3), np.zeros(3)])
    white = np.full((SIDE, SIDE, 3), 255, "uint8")
    found = integrated_gradients(model, white, 0, 64)
    # From 128 to 255 in 64 parts, the middles of the last 26 lie above 0.8 times 255.
    expected = (255 - GREY) / 255 * 26 / 64
    np.testing.assert_allclose(found.shares.sum(axis=(0, 1)), [expected, 0, 0], atol=1e-6)
    assert found.difference == pytest.approx(0.2, abs=1e-6) and found.is_complete
    # The middle of the path alone lies below it.
    assert not integrated_gradients(model, white, 0, 1).is_complete


NETS = ["conv(8) | pool | conv(8) | flatten | dense(8)", "res(8) | res(8, 2) | gap",
        "conv(8) | batchnorm | act(gelu) | se(2) | avgpool | gap | dense(6) | classes(False)"]


@pytest.mark.parametrize("net", NETS)
def test_they_add_up_to_the_difference_of_the_scores(net):
    model = scratch(net)
    scores = keras.Model(model.inputs[0], model.layers[-1].input)
    ends = np.stack([IMAGE, np.full_like(IMAGE, GREY)]).astype("float32")
    last, first = np.asarray(scores(ends, training=False)) @ model.layers[-1].get_weights()[0]
    found = [integrated_gradients(model, IMAGE, label) for label in range(CLASSES)]
    np.testing.assert_allclose([each.difference for each in found], last - first, atol=1e-4)
    most = np.abs(last - first).max()
    np.testing.assert_allclose([each.shares.sum() for each in found], last - first, atol=TOLERANCE * most)
    assert found[np.abs(last - first).argmax()].is_complete


def test_more_steps_bring_the_sum_closer():
    model = scratch(NETS[0])
    gaps = [abs(found.shares.sum() - found.difference)
            for found in (integrated_gradients(model, IMAGE, 0, steps) for steps in (1, *STEPS[::-1], 512))]
    assert gaps[-1] < gaps[0] and gaps[-1] < 0.01


@pytest.mark.parametrize("backbone", ["Tiny", ["Tiny", "Other"]], ids=["one", "two"])
def test_also_of_networks_with_backbones(backbone, tmp_path, monkeypatch):
    with with_tiny():
        monkeypatch.setitem(backbones.BACKBONES, "Other", replace(backbones.BACKBONES["Tiny"], name="Other"))
        keras.utils.set_random_seed(0)
        experiment = TransferExperiment(**SETTINGS, image_size=32, backbone=backbone, head="gap | dense(5)")
        build_transfer(experiment, CLASSES, weights=None).model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    found = integrated_gradients(model, RNG.integers(0, 256, (32, 32, 3), "uint8"), 1)
    assert found.shares.any() and found.is_complete
