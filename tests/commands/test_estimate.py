from dataclasses import replace

import pytest

from auxiliary.commands import estimate
from auxiliary.commands.amount import Amount
from auxiliary.commands.estimate import AVERAGE, FIXED
from auxiliary.commands.speed import Speed
from auxiliary.config.ensemble import WITHOUT_TRAINING, TransferEnsemble
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment

SOME, MORE = Amount(700, 200, 100), Amount(1400, 400, 200)


# Two cores of 100 billion operations per second each.
CORES = Speed("two cores", scratch=1.2e11, backbone=4.4e10, number=7e-10, update=1.3e-8)
GPU = Speed("a GPU", scratch=1e13, backbone=2e12, number=1e-12, update=1e-11, step=1e-3, layer=2e-5, apart=True)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """The same machine in every test."""
    monkeypatch.setattr(estimate, "busy_cores", lambda: 2)


def estimate_seconds(experiment, images, extracted=False, speed=CORES):
    return estimate.estimate_seconds(experiment, images, speed, extracted)


def scratch(**values) -> ScratchExperiment:
    return ScratchExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 5, "image_size": 64,
                         "net": "conv(16) | pool | conv(32) | gap"} | values)


def transfer(**values) -> TransferExperiment:
    return TransferExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 5, "head": "gap",
                          "backbone": "MobileNetV2"} | values)


@pytest.mark.parametrize("experiment", [scratch(), transfer(tune_last=10)])
def test_more_epochs_and_more_images_take_longer(experiment):
    seconds = estimate_seconds(experiment, SOME)
    assert FIXED < seconds < estimate_seconds(experiment, MORE)
    assert seconds < estimate_seconds(experiment.model_copy(update={"epochs": 6}), SOME)
    assert seconds < estimate_seconds(experiment.model_copy(update={"image_size": 2 * experiment.image_size}), SOME)


def test_epochs_of_a_frozen_backbone_cost_little():
    one, fifty = (estimate_seconds(transfer(epochs=epochs), SOME) for epochs in (1, 50))
    assert one < fifty < 2 * one


def test_an_ensemble_takes_a_second_and_a_logistic_regression_no_epochs():
    both = TransferEnsemble(**WITHOUT_TRAINING, model_id="both", key="both", ensemble=("a", "b"))
    assert estimate_seconds(both, SOME) == AVERAGE
    assert estimate_seconds(transfer(head="logistic", learning_rate=None, epochs=0), SOME) < estimate_seconds(
        transfer(), SOME)


@pytest.mark.parametrize("experiment", [transfer(), transfer(tune_last=10)], ids=["frozen", "tuned"])
def test_features_are_computed_once(experiment):
    computed, found = (estimate_seconds(experiment, SOME, extracted) for extracted in (False, True))
    assert FIXED < found < computed


# The rest of the network counted layer by layer: multiply-adds of `cut_network(...).rest` and of the whole.
@pytest.mark.parametrize(("backbone", "last", "rest"), [
    ("EfficientNetV2S", 30, 0.033), ("MobileNetV2", 20, 0.196), ("ResNet50V2", 30, 0.210),
    ("EfficientNetLite0", 30, 0.309)])
def test_tuned_epochs_cost_what_is_behind_the_cut_within_a_factor_of_two(backbone, last, rest):
    none, one, two = (estimate_seconds(transfer(backbone=backbone, tune_last=last, epochs=epochs), Amount(700, 0, 0))
                      for epochs in (0, 1, 2))
    once, epoch = (one - none) - (two - one), two - one
    assert rest / 2 < (epoch / once) / 3 < 2 * rest


def test_mixed_images_and_all_layers_cost_whole_epochs():
    cut = estimate_seconds(transfer(tune_last=20, augment="flip", views=1), SOME)
    assert 1.5 * cut < estimate_seconds(transfer(tune_last=20, augment="flip | mixup(0.2)"), SOME)
    assert 1.5 * cut < estimate_seconds(transfer(tune_last="all"), SOME)


@pytest.mark.parametrize("last", [0, 20])
def test_views_of_frozen_layers_are_images_too(last):
    plain = estimate_seconds(transfer(tune_last=last), SOME)
    assert plain < estimate_seconds(transfer(tune_last=last, augment="flip", views=8), SOME)


@pytest.mark.parametrize("experiment", [scratch(epochs=0), transfer(epochs=0), transfer(epochs=0, tune_last=3)])
def test_eight_views_of_a_test_image_take_longer_than_one(experiment):
    with_views = experiment.model_copy(update={"tta": "augmented(8)"})
    assert estimate_seconds(experiment, SOME) < estimate_seconds(with_views, SOME)


@pytest.mark.parametrize("epochs", [1, 5])
def test_the_more_is_trained_the_longer_it_takes(epochs):
    frozen, tuned, all_tuned = (estimate_seconds(transfer(tune_last=last, epochs=epochs), SOME)
                                for last in (0, 10, "all"))
    assert frozen < tuned < all_tuned


def test_larger_networks_take_longer():
    assert estimate_seconds(scratch(), SOME) < estimate_seconds(scratch(net="conv(64) | conv(64) | gap"), SOME)
    assert estimate_seconds(transfer(), SOME) < estimate_seconds(transfer(backbone="ResNet50V2"), SOME)


def test_time_grows_linearly_with_the_images():
    none, some, twice = (estimate_seconds(scratch(), images) for images in (Amount(0, 0, 0), SOME, MORE))
    assert twice - some == pytest.approx(some - none)


@pytest.mark.parametrize("experiment", [scratch(image_size=128), transfer(), transfer(tune_last="all")])
def test_a_faster_device_takes_less_time(experiment):
    assert FIXED < estimate_seconds(experiment, MORE, speed=GPU) < estimate_seconds(experiment, MORE)


@pytest.mark.parametrize("experiment", [scratch(), transfer(), transfer(tune_last="all")])
def test_on_a_gpu_small_batches_cost_their_steps(experiment):
    """A step takes so long, however few images it has."""
    slow = replace(GPU, step=1e-2)
    many, few = (estimate_seconds(experiment.model_copy(update={"batch_size": size}), SOME, speed=slow)
                 for size in (64, 8))
    steps = experiment.epochs * SOME.training * (1 / 8 - 1 / 64)
    assert few - many > steps * slow.step


def test_a_gpu_waits_for_its_batches():
    """The processor augments while the GPU computes, so that the slower of the two counts."""
    small = scratch(net="gap", image_size=512, batch_size=512)
    infinite = replace(GPU, scratch=1e20, number=0, step=0, layer=0, update=0)
    assert estimate_seconds(small, SOME, speed=GPU) == pytest.approx(estimate_seconds(small, SOME, speed=infinite))
