"""Backbones of KerasHub give what KerasHub gives, and are folded, tuned and read back."""

import json
import math
import random
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import requests

from auxiliary.commands.models import census
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.deploy.export.model import plain_network
from auxiliary.evaluation.grad_cam import feature_layer
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.build import build_transfer
from auxiliary.networks.hub import describe
from auxiliary.networks.inference import frozen_graph
from auxiliary.networks.pretrained import load_backbone, preprocessing
from auxiliary.networks.summary import all_layers, multiply_adds
from tests.hub import SIDE, needs_hub, save_preset

pytestmark = needs_hub
# What the features are of: feature maps, a class token, or the vector that the preset itself gives.
MAPS, TOKEN, VECTOR = "maps", "token", "vector"
KINDS = {"vit": TOKEN, "dinov2": TOKEN, "patches": MAPS, "siglip": VECTOR, "resnet": MAPS, "mobilenet": MAPS,
         "efficientnet": MAPS}


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """The names of tiny presets, by their kind."""
    folder = tmp_path_factory.mktemp("presets")
    return {kind: save_preset(kind, folder / kind) for kind in KINDS}


def images(count=2, side=SIDE):
    return np.random.default_rng(0).uniform(0, 255, (count, side, side, 3)).astype("float32")


def transfer(backbone, weights="imagenet", **options):
    return build_transfer(TransferExperiment(
        model_id="a", key="a", learning_rate=1e-3, epochs=1, backbone=backbone, head="gap", image_size=SIDE, **options),
        3, weights)


def expected_features(name, kind):
    """The features of a preset as KerasHub's own layers give them."""
    import keras_hub

    folder = name.removeprefix("hub:")
    pixels = keras_hub.layers.ImageConverter.from_preset(folder, image_size=None)(images())
    backbone = keras_hub.models.Backbone.from_preset(folder)
    backbone = getattr(backbone, "vision_encoder", backbone)
    outputs = np.asarray(backbone(keras.tree.map_structure(lambda _: pixels, backbone.input), training=False))
    if KINDS[kind] == VECTOR:
        return outputs
    return outputs[:, 0] if KINDS[kind] == TOKEN else outputs.reshape(len(outputs), -1, outputs.shape[-1]).mean(axis=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_preset_gives_the_features_of_keras_hub(presets, kind):
    name = presets[kind]
    built = transfer(name)
    np.testing.assert_allclose(built.features(images()), expected_features(name, kind), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(frozen_graph(built.features)(images()), built.features(images()), rtol=1e-4, atol=1e-5)
    assert (feature_layer(built.model) is None) == (KINDS[kind] != MAPS)


@pytest.mark.parametrize("kind", ["vit", "mobilenet", "resnet"])
def test_a_tuned_preset_is_read_back_and_copied(presets, kind, tmp_path):
    built, batch = transfer(presets[kind], weights=None, tune_last="all"), images()
    before = built.model.get_weights()
    built.model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    built.model.train_on_batch(batch, np.array([0, 1]))
    assert sum((now != then).any() for now, then in zip(built.model.get_weights(), before, strict=True)) > 4
    expected = built.model(batch)
    built.model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras", compile=False)(batch), expected)
    np.testing.assert_allclose(plain_network(built.model)([batch]), expected, rtol=1e-4, atol=1e-6)


def test_the_record_is_that_of_the_built_preset(presets):
    record, model = find_backbone(presets["resnet"]), load_backbone(presets["resnet"], SIDE, weights=None)
    assert (record.channels, record.parameters) == (model.output_shape[-1], model.count_params())
    assert (record.about, record.layers, math.isnan(record.top1)) == ("ResNetBackbone of KerasHub", 14, True)
    # A 7x7 convolution with stride 2, and two of 3x3 behind pooling.
    assert record.multiply_adds == 112**2 * 7 * 7 * 3 * 64 + 2 * 56**2 * 3 * 3 * 64 * 64
    transfer_layers = transfer(presets["resnet"], tune_last=3).backbones[0].layers
    assert [layer.trainable for layer in transfer_layers] == [False] * 11 + [True] * 3


def test_a_description_does_not_change_random_numbers(presets):
    random.seed(5)
    expected = random.random()
    random.seed(5)
    describe.__wrapped__(presets["vit"])
    assert random.random() == expected


def test_pixels_are_scaled_per_channel(presets):
    pixels = np.full((1, 1, 1, 3), 100, "float32")
    np.testing.assert_allclose(np.ravel(preprocessing(presets["dinov2"])(pixels)), [0, 0, 0], atol=1e-5)


def test_a_class_token_is_put_beside_pooled_maps(presets):
    joined = transfer([presets["vit"], presets["resnet"]])
    alone = [transfer(presets[kind]).features(images()) for kind in ("vit", "resnet")]
    np.testing.assert_allclose(joined.features(images()), np.concatenate(alone, axis=1), rtol=1e-4, atol=1e-5)
    for part, expected in zip(joined.parts.values(), alone, strict=True):
        np.testing.assert_allclose(part(images()), expected, rtol=1e-4, atol=1e-5)
    # The maps of one of them are not all the evidence.
    assert feature_layer(joined.model) is None


@pytest.mark.parametrize("kinds", [["vit"], ["vit", "resnet"]], ids="+".join)
def test_its_costs_are_those_of_the_built_network(presets, kinds):
    experiment = TransferExperiment(model_id="a", key="a", learning_rate=1e-3, epochs=1, head="gap | dense(4)",
                                    backbone=[presets[kind] for kind in kinds], image_size=SIDE)
    row, model = census([experiment], 3).iloc[0], build_transfer(experiment, 3, weights=None).model
    assert (row["parameters"], row["layers"]) == (model.count_params(), len(all_layers(model)))
    assert row["multiply_adds"] == multiply_adds(model)


@pytest.mark.parametrize("kind", ["vit", "siglip"])
def test_positions_of_patches_are_those_of_one_size(presets, kind):
    with pytest.raises(UserError, match=f"takes images of {SIDE} pixels only: write `image_size: {SIDE}`"):
        load_backbone(presets[kind], 64)


def test_an_impossible_size_is_refused(presets):
    with pytest.raises(UserError, match="cannot be built for images of 33 pixels: "):
        load_backbone(presets["vit"], 33, weights=None)


def test_dinov2_takes_other_sizes(presets):
    assert load_backbone(presets["dinov2"], 48).output_shape == (None, 16)


def test_a_preset_without_preprocessing_is_refused(tmp_path):
    name = save_preset("vit", tmp_path / "vit")
    (tmp_path / "vit" / "image_converter.json").unlink()
    with pytest.raises(UserError, match=r"vit has no image_converter.json: save the preset again"):
        find_backbone(name)


def test_damaged_weights_are_named_with_their_folder(tmp_path):
    name = save_preset("resnet", tmp_path / "resnet")
    (tmp_path / "resnet" / "model.weights.h5").write_bytes(b"half a file")
    with pytest.raises(UserError, match=r"the weights in .*resnet cannot be read \(.*: save the preset again with"):
        load_backbone(name, SIDE)


def test_what_is_no_image_backbone_is_refused(tmp_path):
    with pytest.raises(UserError, match="is no image backbone of KerasHub but BertBackbone: image backbones are"):
        find_backbone(save_preset("bert", tmp_path / "bert"))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit"}), encoding="utf-8")
    with pytest.raises(UserError, match="is no image backbone of KerasHub but nothing that Keras wrote"):
        find_backbone(f"hub:{tmp_path}")


@pytest.mark.parametrize(("name", "message"), [
    ("hub:dinov2_smal", r"no preset 'dinov2_smal' of an image backbone: did you mean 'dinov2_small'"),
    ("hub:gemma_2b_en", "the preset 'gemma_2b_en' of KerasHub is no image backbone"),
    ("hub:efficientnet_el_ra_imagenet", "loads 'efficientnet_b1_ft_imagenet': write `hub:efficientnet_b1_ft_imagenet`"),
])
def test_an_unknown_preset_is_refused(name, message):
    with pytest.raises(UserError, match=message):
        find_backbone(name)


def offer(monkeypatch, error):
    """Let every download of kagglehub fail."""
    def download(handle, path):
        raise error

    monkeypatch.setitem(sys.modules, "kagglehub", SimpleNamespace(model_download=download))


def test_a_preset_that_cannot_be_fetched_says_how_to_bring_it(monkeypatch):
    offer(monkeypatch, requests.ConnectionError("no route"))
    with pytest.raises(UserError) as caught:
        find_backbone("hub:dinov2_small")
    assert "could not be downloaded (ConnectionError: no route): on one with internet" in str(caught.value)
    assert "keras_hub.models.Backbone.from_preset('dinov2_small').save_to_preset(FOLDER)" in str(caught.value)


def test_a_gated_preset_says_where_its_licence_is(monkeypatch):
    response = requests.Response()
    response.status_code = 403
    offer(monkeypatch, requests.HTTPError("403", response=response))
    with pytest.raises(UserError, match="only to those who accept its licence: accept it at"):
        find_backbone("hub:dinov3_vit_small_lvd1689m")
