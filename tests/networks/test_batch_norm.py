"""The batch norms that learn nothing from a batch of one image, as Keras shows."""

import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.networks.batch_norm import norm_of_vectors
from auxiliary.networks.build import build_scratch

USUAL = {"model_id": "m", "key": "m", "learning_rate": 0.1, "epochs": 1, "image_size": 8}


def scratch(net: str) -> ScratchExperiment:
    return ScratchExperiment(**USUAL, net=net)


@pytest.mark.parametrize(("net", "name"), [
    ("conv(4) | gap", ""), ("conv(4) | batchnorm | res(4) | gap", ""), ("flatten | dense(4)", ""),
    ("conv(4) | batchnorm | gap | batchnorm", "batchnorm4"), ("flatten | dense(4) | batchnorm", "batchnorm3"),
    ("conv(4, 8) | batchnorm | gap", "batchnorm2"), ("pool(8) | res(4) | gap", "res2_norm1"),
    # Frozen weights are no averages.
    ("whiten(8) | se | gap", "")])
def test_it_is_the_one_that_gives_every_single_image_the_same_numbers(net, name):
    experiment = scratch(net)
    assert norm_of_vectors(experiment) == name
    model = build_scratch(experiment, classes=2)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    images = np.random.default_rng(0).uniform(0, 255, (2, 1, 8, 8, 3)).astype("float32")
    constant = [norm.name for norm in norms
                if np.ptp([np.asarray(keras.Model(model.input, norm.output)(image, training=True))
                           for image in images], axis=0).max() < 1e-6]
    assert constant[:1] == ([name] if name else [])


@pytest.mark.parametrize(("head", "name"), [("gap", ""), ("gap | dense(4)", ""), ("gap | batchnorm", "batchnorm1")])
def test_those_of_a_backbone_do_not_count(head, name):
    experiment = TransferExperiment(**USUAL, backbone="MobileNetV2_035", head=head, tune_last="all")
    assert norm_of_vectors(experiment) == name
