"""The attributions of networks whose gradients are known by hand, and their sum for others."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.evaluation.integrated_gradients import CELLS, STEPS, Attributions, integrated_gradients
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
def test_of_a_linear_network_they_are_weights_times_values(steps):
    model = scratch("flatten")
    kernel, bias = RNG.normal(size=(SIDE * SIDE * 3, CLASSES)), RNG.normal(size=CLASSES)
    model.layers[-1].set_weights([kernel, bias])
    for label in range(CLASSES):
        found = integrated_gradients(model, IMAGE, label, steps)
        expected = kernel[:, label].reshape(IMAGE.shape) * IMAGE / 255
        np.testing.assert_allclose(found.shares, expected, atol=1e-6)
        assert found.difference == pytest.approx(expected.sum(), abs=1e-4)


def test_of_a_network_with_a_threshold_only_the_path_above_it_counts():
    model = scratch("conv(3, 1) | gap")
    model.get_layer("conv1").set_weights([np.eye(3).reshape(1, 1, 3, 3), np.full(3, -0.8)])
    model.layers[-1].set_weights([np.eye(3), np.zeros(3)])
    white = np.full((SIDE, SIDE, 3), 255, "uint8")
    found = integrated_gradients(model, white, 0, 64)
    # Of 64 parts, the middles of the last 13 lie above 0.8.
    np.testing.assert_allclose(found.shares.sum(axis=(0, 1)), [13 / 64, 0, 0], atol=1e-6)
    assert found.difference == pytest.approx(0.2, abs=1e-6)
    assert found.completeness == pytest.approx(13 / 64 / 0.2, abs=1e-5)
    # The middle of the whole path lies below it.
    assert integrated_gradients(model, white, 0, 1).completeness == 0


NETS = ["conv(8) | pool | conv(8) | flatten | dense(8)", "res(8) | res(8, 2) | gap",
        "conv(8) | batchnorm | act(gelu) | se(2) | avgpool | gap | dense(6) | classes(False)"]


def with_biases(net: str) -> keras.Model:
    """A network whose score does not simply grow with the brightness of the image."""
    model, draws = scratch(net), np.random.default_rng(1)
    for layer in model.layers:
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(draws.normal(0, 0.3, layer.bias.shape))
    return model


@pytest.mark.parametrize("net", NETS)
def test_they_add_up_to_the_difference_of_the_scores(net):
    model = with_biases(net)
    scores = keras.Model(model.inputs[0], model.layers[-1].input)
    ends = np.stack([IMAGE, np.zeros_like(IMAGE)]).astype("float32")
    last, first = np.asarray(scores(ends, training=False)) @ model.layers[-1].get_weights()[0]
    found = [integrated_gradients(model, IMAGE, label) for label in range(CLASSES)]
    np.testing.assert_allclose([each.difference for each in found], last - first, atol=1e-4)
    most = np.abs(last - first).max()
    np.testing.assert_allclose([each.shares.sum() for each in found], last - first, atol=0.02 * most)


def test_more_steps_bring_the_sum_closer():
    model = with_biases(NETS[0])
    gaps = [abs(found.shares.sum() - found.difference)
            for found in (integrated_gradients(model, IMAGE, 0, steps) for steps in (1, *STEPS[::-1]))]
    assert gaps[-1] < gaps[0] / 10


@pytest.mark.parametrize("backbone", ["Tiny", ["Tiny", "Other"]], ids=["one", "two"])
def test_also_of_networks_with_backbones(backbone, tmp_path, monkeypatch):
    with with_tiny():
        monkeypatch.setitem(backbones.BACKBONES, "Other", replace(backbones.BACKBONES["Tiny"], name="Other"))
        keras.utils.set_random_seed(0)
        experiment = TransferExperiment(**SETTINGS, image_size=32, backbone=backbone, head="gap | dense(5)")
        build_transfer(experiment, CLASSES, weights=None).model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    found = integrated_gradients(model, RNG.integers(0, 256, (32, 32, 3), "uint8"), 1)
    assert found.completeness == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("side", "cells"), [(28, 28), (32, 32), (33, 17), (160, 32), (224, 32)])
def test_the_shares_in_cells_are_those_of_their_pixels(side, cells):
    shares = RNG.normal(size=(side, side, 3))
    found = Attributions(shares, 1.0).in_cells
    width = side // cells if side % cells == 0 else 2
    assert found.shape == (cells, cells) and cells <= CELLS
    assert found.sum() == pytest.approx(shares.sum())
    assert found[0, 0] == pytest.approx(shares[:width, :width].sum())


def test_without_a_difference_nothing_is_said_of_the_sum():
    assert np.isnan(Attributions(np.zeros((4, 4, 3)), 0.0).completeness)
