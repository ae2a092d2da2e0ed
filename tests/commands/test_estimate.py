import pytest

from auxiliary.commands.estimate import estimate_seconds
from auxiliary.config.profile import ScratchExperiment, TransferExperiment


def scratch(**values) -> ScratchExperiment:
    return ScratchExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 5, "image_size": 64,
                         "net": "conv(16) | pool | conv(32) | gap"} | values)


def transfer(**values) -> TransferExperiment:
    return TransferExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 5, "head": "gap",
                          "backbone": "MobileNetV2"} | values)


@pytest.mark.parametrize("experiment", [scratch(), transfer(tune_last=10)])
def test_more_epochs_and_more_images_take_longer(experiment):
    seconds = estimate_seconds(experiment, 1000)
    assert 0 < seconds < estimate_seconds(experiment, 2000)
    assert seconds < estimate_seconds(experiment.model_copy(update={"epochs": 6}), 1000)
    assert seconds < estimate_seconds(experiment.model_copy(update={"image_size": 2 * experiment.image_size}), 1000)


def test_epochs_of_a_frozen_backbone_cost_nothing():
    assert estimate_seconds(transfer(epochs=1), 1000) == estimate_seconds(transfer(epochs=50), 1000)


@pytest.mark.parametrize("epochs", [1, 5])
def test_frozen_is_cheaper_than_tuned(epochs):
    frozen, tuned = (transfer(tune_last=last, epochs=epochs) for last in (0, 10))
    assert estimate_seconds(frozen, 1000) < estimate_seconds(tuned, 1000)


def test_larger_networks_take_longer():
    assert estimate_seconds(scratch(), 1000) < estimate_seconds(scratch(net="conv(64) | conv(64) | gap"), 1000)
    assert estimate_seconds(transfer(), 1000) < estimate_seconds(transfer(backbone="ResNet50V2"), 1000)


def test_time_grows_linearly_with_the_images():
    none, some, twice = (estimate_seconds(scratch(), images) for images in (0, 1000, 2000))
    assert twice - some == pytest.approx(some - none)
