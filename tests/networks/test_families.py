"""Networks of each family of `keras.applications`: they are loaded as Keras loads them, folded, exported and tuned."""

import warnings

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils

from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.deploy.export.model import plain_network
from auxiliary.networks.backbone import IMAGENET_DEVIATIONS
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.build import build_transfer
from auxiliary.networks.pretrained import load_backbone, preprocessing

FAMILIES = ("MobileNet", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny", "DenseNet121",
            "NASNetMobile", "ResNet50", "InceptionV3", "InceptionResNetV2", "Xception", "VGG16")
# Mean and variance in Keras's files of EfficientNetB0 to B7.
NORMALIZATION = [np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), np.array(0)]


@pytest.fixture
def downloaded(tmp_path, monkeypatch):
    """A function that lets Keras find weights like those of a model in place of the ones that it would download."""
    def offer(model):
        path = str(tmp_path / "offered.weights.h5")
        model.save_weights(path)
        monkeypatch.setattr(file_utils, "get_file", lambda *_args, **_kwargs: path)

    return offer


def images(size, count=2):
    return np.random.default_rng(0).uniform(0, 255, (count, size, size, 3)).astype("float32")


def move_averages(model):
    """Give batch normalisation other numbers than the initial ones, which change nothing."""
    rng = np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])


def deviation(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_folded_and_tuned(name):
    size = BACKBONES[name].smallest
    experiment = TransferExperiment(model_id=name, key=name, learning_rate=1e-3, epochs=1, backbone=name, head="gap",
                                    image_size=size, tune_last=5)
    transfer, batch = build_transfer(experiment, 3, weights=None), images(size)
    assert transfer.backbones[0].output_shape[3] == BACKBONES[name].channels
    assert len(transfer.backbones[0].layers) == BACKBONES[name].layers
    # Batch norm is folded in it, as in the graph that computes features.
    assert deviation(plain_network(transfer.model)([batch]), transfer.model(batch)) < 1e-4

    before = {weight.path: weight.numpy() for weight in transfer.model.weights}
    transfer.model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    transfer.model.train_on_batch(batch, np.array([0, 1]))
    changed = {weight.path for weight in transfer.model.weights if (weight.numpy() != before[weight.path]).any()}
    assert changed
    assert changed <= {weight.path for weight in transfer.model.trainable_weights}


@pytest.mark.parametrize(("name", "module"), [
    ("MobileNet", "mobilenet"), ("ResNet50", "resnet"), ("EfficientNetB0", "efficientnet")])
def test_a_loaded_backbone_gives_the_outputs_of_keras(name, module, downloaded):
    own, other = BACKBONES[name].weights_at or 64, 40
    build = getattr(keras.applications, name)
    model = build(include_top=False, weights=None, input_shape=(own, own, 3))
    move_averages(model)
    if name == "EfficientNetB0":
        model.get_layer(index=2).set_weights(NORMALIZATION)
    downloaded(model)
    batch = images(other)
    with warnings.catch_warnings():
        # Keras warns of images of 40 pixels.
        warnings.simplefilter("ignore")
        expected = build(include_top=False, input_shape=(other, other, 3))(
            getattr(keras.applications, module).preprocess_input(batch.copy()), training=False)
    found = load_backbone(name, other)(preprocessing(name)(batch), training=False)
    assert deviation(found, expected) < 1e-4


def test_an_efficientnet_that_wants_other_pixels_is_refused(downloaded):
    model = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3))
    mean, deviations, count = NORMALIZATION
    model.get_layer(index=2).set_weights([mean, deviations**2, count])
    downloaded(model)
    with pytest.raises(UserError, match="efficientnetb0 want other pixels"):
        load_backbone("EfficientNetB0", 32)


def test_the_normalisation_of_efficientnets_is_that_of_imagenet():
    scale, offset = map(np.array, IMAGENET_DEVIATIONS)
    mean, deviations, _ = NORMALIZATION
    np.testing.assert_allclose(100 * scale + offset, (100 / 255 - mean) / deviations)


@pytest.mark.parametrize("name", [name for name in BACKBONES if BACKBONES[name].smallest > 32])
def test_the_smallest_size_is_that_of_keras(name):
    smallest = BACKBONES[name].smallest
    with pytest.raises(UserError, match=f"it needs at least {smallest}"):
        load_backbone(name, smallest - 1, weights=None)
    with pytest.raises(ValueError, match=f"at least {smallest}"):
        getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(smallest - 1, smallest - 1, 3))


def test_the_layers_of_keras_are_read_back(tmp_path):
    experiment = TransferExperiment(model_id="a", key="a", learning_rate=1e-3, epochs=1, backbone="ConvNeXtTiny",
                                    head="gap", image_size=32)
    model, batch = build_transfer(experiment, 3, weights=None).model, images(32)
    model.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(read(batch), model(batch))
