
from math import ceil, floor

import pandas as pd
import pytest

from auxiliary.config.loader import load_profile
from auxiliary.config.profile import ScratchExperiment, TransferExperiment
from auxiliary.networks import layer_costs
from auxiliary.reporting.model_tables import (
    cheat_sheet,
    remark_table,
    rule_table,
    scratch_table,
    training_table,
    transfer_table,
)

USUAL = {"model_id": "m", "learning_rate": 1e-3, "epochs": 12, "image_size": 32}
TRAIN = pd.DataFrame({"category": ["cat"] * 3 + ["dog"] * 5})


def scratch(key="m1", **fields) -> ScratchExperiment:
    return ScratchExperiment(**USUAL | {"key": key, "net": "conv(8) | gap"} | fields)


def transfer(key="lite0", **fields) -> TransferExperiment:
    return TransferExperiment(**USUAL | {"key": key, "backbone": "MobileNetV2", "head": "gap | dense(256)"} | fields)


def test_a_scratch_row_comes_with_its_figures():
    table = scratch_table([scratch(), scratch("m2", image_size=34)], classes=2)
    assert table.to_dict("list") == {
        "network": ["conv(8) | gap"] * 2, "image": [32, 34], "parameters": [242, 242],
        "multiply-adds": [30 * 30 * 27 * 8 + 16, 32 * 32 * 27 * 8 + 16]}
    assert list(table.index) == ["m1", "m2"]


@pytest.mark.parametrize("experiment", [scratch, transfer])
def test_what_others_reported_stands_beside_what_is_to_know_of_it(experiment):
    experiments = [
        experiment("a", published_accuracy=0.719633),
        experiment("b", note="size guessed"),
        experiment("nothing"),
        experiment("c", published_accuracy=(0.9614, 0.9561), seeds=(0, 1)),
        experiment("d", published_accuracy=0.0),
    ]
    table = remark_table(experiments)
    assert table["published_accuracy"].to_dict() == {"a": "0.7196", "b": "", "c": "0.9614, 0.9561", "d": "0.0000"}
    assert table["note"].tolist() == ["", "size guessed", "", ""]
    assert list(remark_table([experiment("b", note="size guessed")])) == ["note"]
    assert remark_table([experiment("nothing")]).empty


@pytest.mark.parametrize(("fields", "trained"), [
    ({}, "head"), ({"tune_last": 30}, "head and last 30 layers"), ({"tune_last": "all"}, "head and all 154 layers"),
    ({"tune_last": 999}, "head and all 154 layers"), ({"epochs": 0}, "nothing"),
])
def test_how_much_of_a_backbone_is_trained(fields, trained):
    assert transfer_table([transfer(**fields)])["trained"].tolist() == [trained]


def test_a_backbone_comes_with_its_figures():
    table = transfer_table([transfer()])
    assert table.loc["lite0", ["backbone", "head", "image", "backbone parameters"]].tolist() == [
        "MobileNetV2", "gap | dense(256)", 32, 2_257_984]
    assert not {"weights", "goes on from"} & set(table)


def test_random_weights_and_parents_are_shown_where_there_are_any():
    table = transfer_table([transfer("a", weights="random"), transfer("b", parent="a")])
    assert table["weights"].tolist() == ["random", ""]
    assert table["goes on from"].tolist() == ["", "a"]
    assert scratch_table([scratch("a"), scratch("b", parent="a")], 2)["network"].tolist() == [
        "conv(8) | gap", "goes on from a"]


def test_how_rows_are_trained():
    table = training_table([scratch(sampling="largest", optimizer="sgd"), transfer(sampling="none", augment="flip")],
                           TRAIN)
    assert table.to_dict("list") == {
        "sampling": ["largest", "none"], "images a class": [5, "as they are"], "batch": [32, 32],
        "optimizer": ["sgd", "adam"], "learning rate": ["0.001", "0.001"], "schedule": ["constant"] * 2,
        "epochs": [12, 12], "augment": ["no", "flip"]}


def test_seeds_patience_and_test_time_augmentation_are_shown_where_there_are_any():
    table = training_table([scratch(), scratch("m2", seeds=(0, 1, 2), patience=5, tta=8)], TRAIN)
    assert table[["seeds", "patience", "tta"]].to_numpy().tolist() == [["", "", ""], ["0, 1, 2", 5, 8]]


CLASSES = {"demo": 10, "cifar10": 10, "flowers": 5, "animals10": 10}
# Rows that share a network are built once.
NETWORKS = {(experiment.net, experiment.image_size): (experiment, classes)
            for name, classes in CLASSES.items() for experiment in load_profile(name).scratch}
# A pool that leaves pixels over, all paddings and strides, a residual block with and without a projection.
EVERYTHING = ("conv(4, 3, 2) | batchnorm | pool(3) | conv(6, 5, 2, same) | res(6) | res(8, 2) | flatten "
              "| dense(9, 0.01) | dropout(0.5)")


@pytest.fixture(scope="module")
def built():
    """Builds a network and lists its layers as a run keeps them."""
    from auxiliary.config.profile import ScratchExperiment
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
def test_the_formulas_equal_keras_for_every_layer_of_every_scratch_row(experiment, classes, built):
    layers = built(experiment.net, experiment.image_size, classes)
    table = cheat_sheet(experiment.net, experiment.image_size, classes, layers)
    assert table["equal"].all()
    assert set(table.index) == {*layers["layer"], "total"}
    assert table.loc["total", "parameters"] == layers["parameters"].sum()


def test_the_formulas_equal_keras_for_every_operation(built):
    assert cheat_sheet(EVERYTHING, 61, 3, built(EVERYTHING, 61, 3))["equal"].all()


LAYERS = pd.DataFrame({"layer": ["scale", "conv1", "gap2", "probabilities"], "type": "Layer",
                       "output": ["8 x 8 x 3", "6 x 6 x 4", "4", "2"], "parameters": [0, 112, 0, 10]})


def test_each_layer_says_which_operation_it_is_of():
    table = cheat_sheet("conv(4) | gap", 8, 2, LAYERS)
    assert table["operation"].to_dict() == {
        "scale": "pixels / 255", "conv1": "conv(4)", "gap2": "gap", "probabilities": "dense(2)", "total": ""}
    assert table.loc["conv1"].to_list() == ["conv(4)", "6 x 6 x 4", 112, "6 x 6 x 4", 112, True]
    block = cheat_sheet("res(3) | gap", 8, 2, LAYERS).loc["res1_conv1":"res1_relu2", "operation"]
    assert len(block) == 7 and set(block) == {"res(3)"}


@pytest.mark.parametrize("change", [{"parameters": 111}, {"output": "8 x 8 x 4"}])
def test_a_difference_shows(change):
    other = LAYERS.copy()
    other.loc[1, list(change)] = list(change.values())
    table = cheat_sheet("conv(4) | gap", 8, 2, other)
    assert not table.loc["conv1", "equal"] and table.loc[["scale", "gap2"], "equal"].all()
    assert table.loc["total", "equal"] == ("parameters" not in change)


def test_layers_under_other_names_are_left_empty_on_the_other_side():
    table = cheat_sheet("conv(4) | gap", 8, 2, LAYERS.replace("conv1", "conv2d_7"))
    assert list(table.index) == ["scale", "conv1", "gap2", "probabilities", "conv2d_7", "total"]
    assert pd.isna(table.loc["conv1", "Keras parameters"]) and table.loc["conv1", "Keras output"] == ""
    assert table.loc["conv2d_7", "Keras parameters"] == 112 and table.loc["conv2d_7", "output"] == ""
    assert list(table.index[~table["equal"]]) == ["conv1", "conv2d_7"]


def computed(rule: str, **values: int) -> int:
    """What a formula of the table comes to."""
    return eval(rule.replace("×", "*").replace("²", "**2"), {"ceil": ceil, "floor": floor}, values)


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("side", [5, 8, 13])
def test_the_rules_are_those_that_are_computed_with(side, stride, size):
    shape = (side, side, 7)
    given = {"side": side, "stride": stride, "size": size, "channels": 7, "filters": 4, "units": 6, "inputs": 9}
    costs = {
        "convolution, padding `valid`": layer_costs.convolution(shape, 4, size, stride),
        "convolution, padding `same`": layer_costs.convolution(shape, 4, size, stride, "same"),
        "convolution in `res`, no bias": layer_costs.convolution(shape, 4, size, stride, "same", bias=False),
        "dense": layer_costs.dense((9,), 6),
        "batch norm": layer_costs.batch_norm(shape),
        "pooling": layer_costs.pooling(shape, size),
        "global pooling": layer_costs.global_pooling(shape),
        "flatten": layer_costs.flatten(shape),
    }
    rules = rule_table()
    assert list(rules.index) == list(costs)
    for name, cost in costs.items():
        rule = rules.loc[name]
        out = computed(rule["out"] or "side", **given)
        assert computed(rule["parameters"], **given) == cost.parameters
        # A shape is written as a product, but only flattening multiplies.
        sides = [rule["output"]] if name == "flatten" else rule["output"].split("×")
        assert tuple(computed(part.strip(), out=out, **given) for part in sides) == cost.shape
