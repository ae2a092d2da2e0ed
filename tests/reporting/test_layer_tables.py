from math import ceil, floor

import pandas as pd
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.loader import load_profile
from auxiliary.networks import layer_costs
from auxiliary.reporting.layer_tables import cheat_sheet, rule_table

CLASSES = {"demo": 10, "cifar10": 10, "flowers": 5, "animals10": 10}
# Experiments that share a network are built once.
NETWORKS = {(experiment.net, experiment.image_size): (experiment, classes)
            for name, classes in CLASSES.items() for experiment in load_profile(name).scratch}
# A pool with a remainder, all paddings and strides, a residual block with and without a projection.
EVERYTHING = ["conv(4, 3, 2) | batchnorm | pool(3) | conv(6, 5, 2, same) | res(6) | res(8, 2) | flatten "
              "| dense(9, 0.01) | dropout(0.5)",
              "whiten | act(gelu) | blurpool | stem(4, 4, 6) | bottleneck(4, 2, 2, silu, avgpool, True, 2, 0.2) "
              "| avgpool(2, same) | gap | scale(0.1) | classes(False)"]


@pytest.fixture(scope="module")
def built():
    """Builds a network and returns its layer table."""
    from auxiliary.networks.build import build_scratch
    from auxiliary.networks.summary import layer_table

    def build(net: str, image_size: int, classes: int) -> pd.DataFrame:
        experiment = ScratchExperiment(
            model_id="m", key="m", learning_rate=0.1, epochs=1, net=net, image_size=image_size
        )
        return layer_table(build_scratch(experiment, classes))
    return build


@pytest.mark.parametrize(
    ("experiment", "classes"), NETWORKS.values(), ids=[experiment.key for experiment, _ in NETWORKS.values()]
)
def test_formulas_equal_keras_for_every_layer_of_every_scratch_experiment(experiment, classes, built):
    layers = built(experiment.net, experiment.image_size, classes)
    table = cheat_sheet(experiment.net, experiment.image_size, classes, layers)
    assert table["equal"].all()
    assert set(table.index) == {*layers["layer"], "total"}
    assert table.loc["total", "parameters"] == layers["parameters"].sum()


@pytest.mark.parametrize("net", EVERYTHING)
def test_formulas_equal_keras_for_every_operation(built, net):
    table = cheat_sheet(net, 61, 3, built(net, 61, 3))
    assert table["equal"].all()
    assert table.loc["probabilities", "operation"] == "dense(3)" + ", no bias" * ("classes" in net)


LAYERS = pd.DataFrame({"layer": ["scale", "conv1", "gap2", "probabilities"], "type": "Layer",
                       "output": ["8 x 8 x 3", "6 x 6 x 4", "4", "2"], "parameters": [0, 112, 0, 10]})


def test_each_layer_has_its_operation():
    table = cheat_sheet("conv(4) | gap", 8, 2, LAYERS)
    assert table["operation"].to_dict() == {
        "scale": "pixels / 255", "conv1": "conv(4)", "gap2": "gap", "probabilities": "dense(2)", "total": ""}
    assert table.loc["conv1"].to_list() == ["conv(4)", "6 x 6 x 4", 112, "6 x 6 x 4", 112, True]
    block = cheat_sheet("res(3) | gap", 8, 2, LAYERS).loc["res1_conv1":"res1_relu2", "operation"]
    assert len(block) == 7 and set(block) == {"res(3)"}


@pytest.mark.parametrize("change", [{"parameters": 111}, {"output": "8 x 8 x 4"}])
def test_a_difference_is_marked(change):
    other = LAYERS.copy()
    other.loc[1, list(change)] = list(change.values())
    table = cheat_sheet("conv(4) | gap", 8, 2, other)
    assert not table.loc["conv1", "equal"] and table.loc[["scale", "gap2"], "equal"].all()
    assert table.loc["total", "equal"] == ("parameters" not in change)


def test_layers_with_other_names_are_left_empty_on_the_other_side():
    table = cheat_sheet("conv(4) | gap", 8, 2, LAYERS.replace("conv1", "conv2d_7"))
    assert list(table.index) == ["scale", "conv1", "gap2", "probabilities", "conv2d_7", "total"]
    assert pd.isna(table.loc["conv1", "Keras parameters"]) and table.loc["conv1", "Keras output"] == ""
    assert table.loc["conv2d_7", "Keras parameters"] == 112 and table.loc["conv2d_7", "output"] == ""
    assert list(table.index[~table["equal"]]) == ["conv1", "conv2d_7"]


def computed(rule: str, **values: int) -> int:
    """The value of a formula of the table."""
    return eval(rule.replace("×", "*").replace("²", "**2"), {"ceil": ceil, "floor": floor}, values)


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("side", [5, 8, 13])
def test_the_rules_agree_with_the_computed_costs(side, stride, size):
    shape = (side, side, 7)
    given = {"side": side, "stride": stride, "size": size, "channels": 7, "filters": 4, "units": 6, "inputs": 9}
    costs = {
        "convolution, padding `valid`": layer_costs.convolution(shape, 4, size, stride),
        "convolution, padding `same`": layer_costs.convolution(shape, 4, size, stride, "same"),
        "convolution without bias": layer_costs.convolution(shape, 4, size, stride, bias=False),
        "dense": layer_costs.dense((9,), 6),
        "batch norm": layer_costs.batch_norm(shape),
        "batch norm without scale": layer_costs.batch_norm(shape, scale=False),
        "pooling": layer_costs.pooling(shape, size),
        "global pooling": layer_costs.global_pooling(shape),
        "flatten": layer_costs.flatten(shape),
    }
    rules = rule_table()
    assert list(rules.index) == list(costs)
    for name, cost in costs.items():
        rule = rules.loc[name]
        same_as = "convolution, padding `valid`" if rule["out"] == "as with bias" else name
        out = computed(rules.loc[same_as, "out"] or "side", **given)
        assert computed(rule["parameters"], **given) == cost.parameters
        # A shape is written as a product; only flattening multiplies.
        sides = [rule["output"]] if name == "flatten" else rule["output"].split("×")
        assert tuple(computed(part.strip(), out=out, **given) for part in sides) == cost.shape
