
import pytest

from auxiliary.core.errors import UserError
from auxiliary.networks.costs import NetworkCost, costs_per_layer, network_cost
from auxiliary.networks.layer_costs import Cost

PHOTO = (224, 224, 3)
CONV4 = ("conv(16) | pool | conv(32) | pool | conv(64) | pool | conv(128) | pool | flatten | dense(256) "
         "| dropout(0.5)")
CONV5 = ("conv(8) | pool | conv(16) | pool | conv(32) | pool | conv(64) | pool | conv(128) | pool | flatten "
         "| dense(128) | dropout(0.5)")


@pytest.mark.parametrize(("spec", "parameters"), [(CONV4, 4_818_858), (CONV5, 509_402)])
def test_published_networks_have_their_published_size(spec, parameters):
    assert network_cost(spec, PHOTO, classes=10).parameters == parameters


def test_costs_are_per_layer_with_the_final_layer_last():
    costs = costs_per_layer("pool(4) | flatten", (8, 8, 3), classes=10)
    assert costs == {
        "pool1": Cost((2, 2, 3)),
        "flatten2": Cost((12,)),
        "probabilities": Cost((10,), parameters=130, multiply_adds=120),
    }
    assert network_cost("pool(4) | flatten", (8, 8, 3), classes=10) == NetworkCost(
        parameters=130, trainable=130, multiply_adds=120, layers=3)


def test_batch_norm_has_two_non_trainable_averages_per_channel():
    cost = network_cost("batchnorm | res(8) | gap", (8, 8, 3), classes=10)
    assert cost.parameters - cost.trainable == 2 * 3 + 3 * 2 * 8      # the block has three, one on its shortcut


def test_the_final_layer_may_have_no_bias():
    costs = costs_per_layer("gap | classes(bias=False)", (8, 8, 3), classes=10)
    assert costs == {"gap1": Cost((3,)), "probabilities": Cost((10,), parameters=30, multiply_adds=30)}


def test_behind_the_gap_of_a_head_there_may_be_nothing_but_the_final_layer():
    assert list(costs_per_layer("", (8,), classes=2)) == ["probabilities"]


def test_a_spec_that_does_not_fit_the_images_is_refused_naming_the_operation():
    with pytest.raises(UserError) as caught:
        costs_per_layer("conv(8) | pool | conv(8) | flatten", (5, 5, 3), classes=2)
    assert str(caught.value) == (
        "net `conv(8) | pool | conv(8) | flatten`: operation 3, `conv(8)`, gets 8 channels of 1 x 1 pixels: "
        "a window of 3 pixels does not fit into 1")


def test_a_spec_must_end_in_a_vector():
    with pytest.raises(UserError, match="the final layer gets 8 channels of 3 x 3 pixels: dense takes a vector"):
        costs_per_layer("conv(8)", (5, 5, 3), classes=2)
