"""Which changes of a model's weights are what its experiment says, without a model."""

import re

import numpy as np
import pytest

from auxiliary.commands.smoke_weights import start_problems, training_problems
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment

COMMON = {"model_id": "x", "key": "x", "learning_rate": 0.1}


def transfer(tune_last, epochs=1):
    return TransferExperiment(**COMMON, backbone="MobileNetV2", head="gap", tune_last=tune_last, epochs=epochs)


def scratch(epochs=1):
    return ScratchExperiment(**COMMON, net="conv(4) | gap", epochs=epochs)


def weights(**changes):
    """The weights of a model, some of them set to 1: `weights(a="kernel")`."""
    made = {"backbone/a": ["kernel"], "backbone/b": ["kernel", "bias"],
            "backbone/c": ["gamma", "moving_mean"], "backbone/d": [], "pool": [], "head": ["kernel", "bias"]}
    return {layer: {name: np.full(3, float(changes.get(layer.rpartition("/")[2]) == name)) for name in names}
            for layer, names in made.items()}


def without_backbone(found):
    return {name: values for name, values in found.items() if "/" not in name}


@pytest.mark.parametrize(("experiment", "trained"), [
    (transfer(0), weights(head="bias")),
    (transfer(2), weights(head="bias", c="gamma")),
    (transfer(1), weights(head="kernel")),      # the last layer has nothing to train
    (transfer("all"), weights(head="kernel", a="kernel")),
    (transfer(3, epochs=0), weights()),
    (scratch(epochs=0), without_backbone(weights())),
    (scratch(), without_backbone(weights(head="kernel"))),
])
def test_what_training_should_do(experiment, trained):
    before = without_backbone(weights()) if isinstance(experiment, ScratchExperiment) else weights()
    assert training_problems(experiment, before, trained) == []


@pytest.mark.parametrize(("experiment", "trained", "problem"), [
    (transfer(0), weights(head="bias", c="gamma"), "1 of 4 layers that must not train have changed: backbone/c"),
    (transfer(2), weights(head="bias", c="gamma", b="bias"), "1 of 2 layers that must not train .* backbone/b"),
    (transfer(2), weights(head="bias", c="moving_mean"), "averages of batch norm have changed, .* backbone/c"),
    (transfer(2), weights(head="bias"), "training has changed nothing in its backbone's last 2 layers"),
    (transfer("all"), weights(c="gamma"), "training has changed nothing in the layers of its own"),
    (transfer(2, epochs=0), weights(head="bias"), "1 of 6 layers that must not train have changed: head"),
])
def test_what_it_should_not(experiment, trained, problem):
    found = training_problems(experiment, weights(), trained)
    assert len(found) == 1
    assert re.search(problem, found[0])


def test_another_network():
    assert training_problems(scratch(), without_backbone(weights()), weights()) == [
        "its saved model has other layers than the experiment describes: "
        "backbone/a has no such layer and {'kernel': (3,)}"]


def test_numbers_that_are_none_are_compared_too():
    broken = weights(head="kernel") | {"backbone/a": {"kernel": np.full(3, np.nan)}}
    assert training_problems(transfer(0, epochs=0), broken, broken) == []
    assert training_problems(transfer(0), weights(), broken) != []


def test_a_child_starts_where_its_parent_ended():
    assert start_problems("mother", weights(a="kernel"), weights(a="kernel")) == []
    assert start_problems("mother", weights(a="kernel"), weights(a="kernel", head="bias")) == [
        "it does not start from the weights of its parent 'mother', but from others in head"]
    assert start_problems("mother", weights(), without_backbone(weights())) == [
        "it has other layers than its parent 'mother': backbone/a has {'kernel': (3,)} and no such layer"]
