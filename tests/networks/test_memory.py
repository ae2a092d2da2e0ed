"""The least memory of an experiment by formula: without TensorFlow, and never above what the built network needs."""

import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import resources
from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.memory import experiment_bytes, weight_bytes
from auxiliary.networks.summary import training_bytes

USUAL = {"model_id": "m", "key": "m", "learning_rate": 0.1, "epochs": 1, "image_size": 32, "batch_size": 16}
IMAGES = 3 * 32 * 32


def scratch(net: str, **values) -> ScratchExperiment:
    return ScratchExperiment(**USUAL | values, net=net)


@pytest.mark.parametrize("net", ["conv(8) | pool(10) | flatten | dropout(0.5)", "conv(4) | batchnorm | res(8) | gap",
                                 "whiten | act(gelu) | bottleneck(4, 2, 2, se=4) | blurpool | gap | classes(False)"])
def test_it_is_that_of_the_built_network_and_its_images(net):
    experiment = scratch(net)
    held = training_bytes(build_scratch(experiment, classes=2), 16) + 16 * 4 * IMAGES
    assert held <= experiment_bytes(experiment, 2, 1000, "float32") <= 1.01 * held


def test_weights_alone_are_those_of_the_built_network():
    experiment = TransferExperiment(**USUAL, backbone="MobileNetV2_035", head="gap | dense(8)")
    model = build_transfer(experiment, classes=2, weights=None).model
    assert weight_bytes(experiment, 2) == 4 * model.count_params()


def test_half_the_digits_fewer_images_and_a_simpler_optimiser_take_less():
    usual = experiment_bytes(scratch("conv(8) | gap"), 2, 1000, "float32")
    assert experiment_bytes(scratch("conv(8) | gap"), 2, 1000, "mixed_bfloat16") < usual
    assert experiment_bytes(scratch("conv(8) | gap"), 2, 8, "float32") < usual
    assert experiment_bytes(scratch("conv(8) | gap", optimizer="sgd"), 2, 1000, "float32") < usual
    assert experiment_bytes(scratch("conv(8) | gap", epochs=0), 2, 1000, "float32") < usual


def test_a_frozen_backbone_counts_with_its_weights_only():
    experiment = TransferExperiment(**USUAL, backbone="ResNet50V2", head="gap")
    head = 2 * (2048 + 1)
    assert experiment_bytes(experiment, 2, 1000, "float32") == (
        4 * BACKBONES["ResNet50V2"].parameters + 4 * 4 * head + 16 * 4 * 2)


def test_a_network_beyond_all_memory_is_refused_before_it_is_built(monkeypatch):
    monkeypatch.setattr(resources, "free_memory", lambda: 10**10)
    with pytest.raises(UserError, match=r"the network m takes at least 1230\.0 GB of memory, and 10\.0 GB are free"):
        build_scratch(scratch("flatten | dense(100000000)"), classes=2)
