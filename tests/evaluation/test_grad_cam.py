import sys
from dataclasses import replace
from types import ModuleType

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.config.choose import PROFILES
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.loader import load_profile
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.evaluation.grad_cam import feature_layer, grad_cam
from auxiliary.networks import backbones
from auxiliary.networks.backbone import Backbone, Rescale
from auxiliary.networks.build import build_scratch, build_transfer

SIDE, CLASSES = 6, 3
SETTINGS = {"model_id": "net", "key": "net", "learning_rate": 0.1, "epochs": 1}
RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, (4, SIDE, SIDE, 3)).astype("float32")


def scratch(net, side=SIDE) -> keras.Model:
    return build_scratch(ScratchExperiment(**SETTINGS, image_size=side, net=net), CLASSES)


def of_colours(net, kernel) -> keras.Model:
    """A network whose three maps are the image's red, green and blue, 0 to 1, and whose last kernel is given."""
    model = scratch(net)
    model.get_layer("conv1").set_weights([np.eye(3).reshape(1, 1, 3, 3), np.zeros(3)])
    model.get_layer("probabilities").set_weights([np.array(kernel), RNG.normal(size=CLASSES)])
    return model


def scaled(heat) -> np.ndarray:
    heat = np.maximum(heat, 0)
    return heat / heat.max(axis=(1, 2), keepdims=True)


KERNEL = [[1.0, -1, 0.5], [-0.5, 2, 0], [0.2, 0, 1]]    # one row per colour, one column per class


class TestAveragedMaps:
    """The score is the sum over k of w_kc mean(A_k), so alpha_k is w_kc / (h w)."""

    def test_the_heat_is_the_maps_weighted_by_the_kernel(self):
        classes = [0, 1, 2, 0]
        heat = grad_cam(of_colours("conv(3, 1) | gap", KERNEL), IMAGES, classes)
        assert (heat.shape, heat.dtype) == ((4, SIDE, SIDE), "float32")
        expected = scaled(np.einsum("nhwk,kn->nhw", IMAGES / 255, np.array(KERNEL)[:, classes]))
        np.testing.assert_allclose(heat, expected, atol=1e-6)

    def test_the_heat_is_at_the_red_spot(self):
        image = np.zeros((1, SIDE, SIDE, 3))
        image[0, 1, 4] = [255, 0, 0]
        image[0, 3, 3] = [0, 255, 0]
        heat = grad_cam(of_colours("conv(3, 1) | gap", np.eye(3)), image, [0])
        assert [tuple(position) for position in np.argwhere(heat[0])] == [(1, 4)]
        assert heat[0, 1, 4] == 1

    def test_evidence_against_a_class_gives_no_heat(self):
        heat = grad_cam(of_colours("conv(3, 1) | gap", -np.eye(3)), IMAGES, [0, 1, 2, 0])
        assert (heat == 0).all()

    @settings(max_examples=10)
    @given(st.floats(0.01, 100))
    def test_a_scaled_kernel_changes_nothing(self, factor):
        model, scaled_model = (of_colours("conv(3, 1) | gap", times * np.array(KERNEL)) for times in (1, factor))
        np.testing.assert_allclose(grad_cam(scaled_model, IMAGES, [0, 1, 2, 0]), grad_cam(model, IMAGES, [0, 1, 2, 0]),
                                   atol=1e-5)

    def test_each_image_is_explained_alone(self):
        model = of_colours("conv(3, 1) | gap", KERNEL)
        one_by_one = [grad_cam(model, IMAGES[[i]], [i % 3])[0] for i in range(4)]
        np.testing.assert_allclose(grad_cam(model, IMAGES, [0, 1, 2, 0]), one_by_one, atol=1e-6)


class TestFlattenedMaps:
    def test_alpha_is_the_mean_of_the_kernel_over_all_positions(self):
        kernel = RNG.normal(size=(SIDE * SIDE * 3, CLASSES))
        heat = grad_cam(of_colours("conv(3, 1) | flatten", kernel), IMAGES, [2] * 4)
        alpha = kernel[:, 2].reshape(SIDE * SIDE, 3).mean(axis=0)
        np.testing.assert_allclose(heat, scaled(IMAGES / 255 @ alpha), atol=1e-5)

    def test_maps_are_those_before_pooling(self):
        # Only the largest value of each window counts, so the sum over positions equals the sum over windows.
        kernel = RNG.normal(size=(SIDE * SIDE // 4 * 3, CLASSES))
        heat = grad_cam(of_colours("conv(3, 1) | pool | dropout(0.5) | flatten", kernel), IMAGES, [1] * 4)
        alpha = kernel[:, 1].reshape(-1, 3).sum(axis=0)
        np.testing.assert_allclose(heat, scaled(IMAGES / 255 @ alpha), atol=1e-5)

    def test_gradients_pass_hidden_layers_that_are_above_zero(self):
        model = of_colours("conv(3, 1) | gap | dense(2)", [[1.0, 0, 0], [3, 0, 0]])
        # The second unit is below zero for all images, so only the first, of red and blue, counts.
        model.get_layer("dense3").set_weights([np.array([[1.0, 1], [0, 1], [2, 1]]), np.array([0.0, -100])])
        np.testing.assert_allclose(grad_cam(model, IMAGES, [0] * 4), scaled(IMAGES / 255 @ [1, 0, 2]), atol=1e-6)


@pytest.fixture
def transfer(monkeypatch):
    """A transfer model with a small backbone."""
    def build(include_top, weights, input_shape):
        return keras.Sequential([keras.Input(input_shape), keras.layers.Conv2D(8, 8, strides=8),
                                 keras.layers.BatchNormalization()])

    module = ModuleType("tiny_backbone")
    module.build = build
    monkeypatch.setitem(sys.modules, "tiny_backbone", module)
    monkeypatch.setitem(backbones.BACKBONES, "Tiny", Backbone(
        "Tiny", "for tests", 0.0, 224, 8, 1, 1, 3, Rescale(1 / 255, 0.0), "tiny_backbone:build"))
    keras.utils.set_random_seed(0)
    experiment = TransferExperiment(**SETTINGS, image_size=32, backbone="Tiny", head="gap | dense(5) | dropout(0.5)")
    return build_transfer(experiment, CLASSES, weights=None)


def by_finite_differences(transfer, images, label) -> np.ndarray:
    """Grad-CAM by shifting each map a little: the score's change is alpha_k times the number of positions."""
    maps = np.asarray(transfer.backbones[0](images / 255, training=False), "float64")
    hidden, hidden_bias, kernel, bias = (weights.astype("float64") for weights in transfer.head.get_weights())

    def score(maps):
        return (np.maximum(maps.mean(axis=(1, 2)) @ hidden + hidden_bias, 0) @ kernel + bias)[:, label]

    step = 1e-6
    shifts = [np.eye(8)[k] * step for k in range(8)]
    alpha = np.stack([(score(maps + shift) - score(maps - shift)) / (2 * step) for shift in shifts], axis=1)
    return np.einsum("nhwk,nk->nhw", maps, alpha)


class TestTransfer:
    images = RNG.uniform(0, 255, (5, 32, 32, 3)).astype("float32")

    def test_it_equals_finite_differences(self, transfer):
        explained = 0
        for label in range(CLASSES):
            expected = by_finite_differences(transfer, self.images, label)
            heat = grad_cam(transfer.model, self.images, [label] * 5)
            assert heat.shape == (5, 4, 4)
            some = expected.max(axis=(1, 2)) > 0
            explained += some.sum()
            np.testing.assert_allclose(heat[some], scaled(expected[some]), atol=1e-4)
            assert (heat[~some] == 0).all()
        assert 0 < explained < 15

    def test_a_loaded_model_gives_the_same_heat_every_time(self, transfer, tmp_path):
        transfer.model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")
        heat = grad_cam(transfer.model, self.images, [1] * 5)
        np.testing.assert_array_equal(grad_cam(again, self.images, [1] * 5), heat)
        np.testing.assert_array_equal(grad_cam(transfer.model, self.images, [1] * 5), heat)


def test_residual_blocks_in_low_precision_give_similar_heat():
    net = "res(4) | res(8, 2) | gap | dense(6)"
    keras.utils.set_random_seed(0)
    model = scratch(net, side=16)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        low = scratch(net, side=16)
    finally:
        keras.config.set_dtype_policy(policy)
    low.set_weights(model.get_weights())
    images = RNG.uniform(0, 255, (3, 16, 16, 3))
    heat = grad_cam(low, images, [0, 1, 2])
    assert (heat.shape, heat.dtype) == ((3, 8, 8), "float32")
    np.testing.assert_allclose(heat, grad_cam(model, images, [0, 1, 2]), atol=0.1)


# The operations that give feature maps of their own.
WITH_MAPS = {"conv", "res", "bottleneck", "stem", "batchnorm", "act", "se", "whiten"}
NETS = sorted(
    {experiment.net for profile in PROFILES.glob("*.yaml")
     for experiment in load_profile(profile.stem, {"dataset": "demo"}).scratch}
)


@pytest.mark.parametrize("net", NETS)
def test_every_net_of_the_profiles_is_explained_by_its_last_convolution_or_block(net):
    words = [step.split("(")[0].strip() for step in net.split("|")]
    last = max(position for position, word in enumerate(words, start=1) if word in WITH_MAPS)
    assert feature_layer(scratch(net, side=96)).name.partition("_")[0] == f"{words[last - 1]}{last}"


@pytest.mark.parametrize(("net", "layer"), [
    ("conv(4) | res(4) | pool | gap", "res2_relu2"), ("bottleneck(2, 1, 2, silu) | blurpool | gap",
                                                       "bottleneck1_2_silu3"),
    ("conv(4) | se(2) | avgpool | gap | dense(5) | classes(False)", "se2_multiply"),
    ("whiten | act(gelu) | conv(4, bias=False, activation=linear) | batchnorm | act(gelu) | pool(2) | flatten "
     "| scale(0.1) | classes(False)", "act5")])
def test_the_last_maps_of_other_networks(net, layer):
    model = scratch(net, side=12)
    model.set_weights([RNG.uniform(-1, 1, weight.shape)**2 for weight in model.get_weights()])
    assert feature_layer(model).name == layer
    heat = grad_cam(model, RNG.uniform(0, 255, (3, 12, 12, 3)), [0, 1, 2])
    assert np.isfinite(heat).all() and heat.max() == 1


@pytest.mark.parametrize("net", ["flatten | dense(4)", "pool | dropout(0.5) | gap"])
def test_a_network_without_maps_is_named(net):
    assert feature_layer(scratch(net)) is None
    with pytest.raises(UserError, match="scratch_net has no feature maps"):
        grad_cam(scratch(net), IMAGES, [0] * 4)


def test_of_several_backbones_the_maps_of_all_count(transfer, monkeypatch):
    monkeypatch.setitem(backbones.BACKBONES, "Other", replace(backbones.BACKBONES["Tiny"], name="Other"))
    experiment = TransferExperiment(**SETTINGS, image_size=32, backbone=["Tiny", "Other"], head="gap")
    joined, images = build_transfer(experiment, CLASSES, weights=None), TestTransfer.images
    maps = np.concatenate([backbone(images / 255, training=False) for backbone in joined.backbones], axis=-1)
    kernel, _ = joined.head.get_weights()
    # Without a hidden layer, the gradient of a class's score is its column of the kernel.
    heat = np.maximum(maps @ kernel[:, 1], 0)
    most = heat.max(axis=(1, 2), keepdims=True)
    found = grad_cam(joined.model, images, [1] * len(images))
    np.testing.assert_allclose(found, heat / np.where(most, most, 1), atol=1e-4)
