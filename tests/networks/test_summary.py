import keras
import pandas as pd
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.summary import all_layers, count_parameters, layer_table, multiply_adds, training_bytes
from auxiliary.networks.traced_costs import traced_multiply_adds

USUAL = {"model_id": "m", "key": "m", "learning_rate": 0.1, "epochs": 1, "image_size": 32}


def test_the_table_has_one_row_per_layer():
    model = build_scratch(ScratchExperiment(**USUAL, net="conv(8) | pool(10) | flatten | dropout(0.5)"), classes=2)
    pd.testing.assert_frame_equal(layer_table(model).drop(columns="layer"), pd.DataFrame([
        ("Rescaling", "32 x 32 x 3", 0, 0),
        ("Conv2D", "30 x 30 x 8", 224, 224),
        ("MaxPooling2D", "3 x 3 x 8", 0, 0),
        ("Flatten", "72", 0, 0),
        ("Dropout", "72", 0, 0),
        ("Dense", "2", 146, 146),
    ], columns=["type", "output", "parameters", "trainable"]))


@pytest.mark.parametrize("tune_last", [0, 5])
def test_a_backbone_is_one_row_and_the_sums_are_the_models(tune_last):
    experiment = TransferExperiment(**USUAL, backbone="MobileNetV2_035", head="gap | dense(8)", tune_last=tune_last)
    model = build_transfer(experiment, classes=2, weights=None).model
    table = layer_table(model).set_index("layer")
    assert list(table["type"]) == ["Rescaling", "InferenceMode", "GlobalAveragePooling2D", "Dense", "Dense"]
    assert table.loc["backbone", "output"] == "1 x 1 x 1280"
    assert (table.loc["backbone", "trainable"] > 0) == (tune_last > 0)
    assert table["parameters"].sum() == model.count_params()
    assert table["trainable"].sum() == count_parameters(model.trainable_weights)


def test_the_averages_of_batch_norm_are_not_trainable():
    norm = keras.layers.BatchNormalization()
    table = layer_table(keras.Sequential([keras.Input((6,)), norm]))
    assert list(table[["parameters", "trainable"]].loc[0]) == [24, 12]


def test_all_layers_include_those_of_a_backbone():
    experiment = TransferExperiment(**USUAL, backbone="MobileNetV2_035", head="gap | dense(8)")
    transfer = build_transfer(experiment, classes=2, weights=None)
    names = [layer.name for layer in all_layers(transfer.model)]
    inside = [layer.name for layer in transfer.backbones[0].layers[1:]]     # without its input
    assert names == ["preprocessing", *inside, "pool", "dense1", "probabilities"]
    assert len(names) == 1 + 153 + 3


@pytest.mark.parametrize(("layer", "expected"), [
    (keras.layers.Conv2D(5, 3), 4 * 6 * 3 * 3 * 2 * 5),
    (keras.layers.Conv2D(5, 3, strides=2, padding="same"), 3 * 4 * 3 * 3 * 2 * 5),
    (keras.layers.Conv2D(4, 3, groups=2), 4 * 6 * 3 * 3 * 1 * 4),      # each filter covers one of the two channels
    (keras.layers.DepthwiseConv2D(3, depth_multiplier=3), 4 * 6 * 3 * 3 * 2 * 3),
    (keras.layers.SeparableConv2D(5, 3), 4 * 6 * (3 * 3 * 2 + 2 * 5)),
    (keras.layers.Dense(7), 6 * 8 * 2 * 7),     # at each pixel
    (keras.layers.BatchNormalization(), 0),
    (keras.layers.MaxPooling2D(), 0),
])
def test_multiply_adds_equal_those_counted_by_hand(layer, expected):
    inside = keras.Sequential([keras.Input((6, 8, 2)), layer])
    assert multiply_adds(inside) == expected
    assert multiply_adds(keras.Sequential([keras.Input((6, 8, 2)), inside])) == expected


def test_products_of_attention_are_counted_in_the_graph():
    heads, keys, tokens, width = 2, 5, 10, 6
    sequence = keras.Input((tokens, width))
    model = keras.Model(sequence, keras.layers.MultiHeadAttention(heads, keys)(sequence, sequence))
    projections = 4 * tokens * width * heads * keys
    assert multiply_adds(model) == projections + 2 * heads * tokens * tokens * keys


@pytest.mark.parametrize("layer", [
    keras.layers.Conv2D(5, 3), keras.layers.Conv2D(4, 3, groups=2), keras.layers.DepthwiseConv2D(3, depth_multiplier=3),
    keras.layers.SeparableConv2D(5, 3), keras.layers.Dense(7)], ids=lambda layer: layer.name)
def test_the_graph_of_other_layers_has_the_products_of_the_formula(layer):
    model = keras.Sequential([keras.Input((6, 8, 2)), layer])
    assert traced_multiply_adds(model) == multiply_adds(model) > 0


def test_a_layer_of_unknown_kernel_use_is_refused():
    model = keras.Sequential([keras.Input((6, 8, 2)), keras.layers.Conv2DTranspose(5, 3, name="up")])
    with pytest.raises(TypeError, match="a Conv2DBackpropInput"):
        multiply_adds(model)


def test_training_bytes_are_outputs_and_weights_four_times():
    model = build_scratch(ScratchExperiment(**USUAL, net="conv(8) | pool(10) | flatten | dropout(0.5)"), classes=2)
    assert training_bytes(model, 16) == 16 * 4 * (30 * 30 * 8 + 2) + 4 * 4 * (224 + 146)


def test_training_bytes_do_not_count_a_frozen_backbone():
    experiment = TransferExperiment(**USUAL, backbone="MobileNetV2_035", head="gap")
    assert (
        training_bytes(build_transfer(experiment, classes=2, weights=None).model, 16)
        == 16 * 4 * 2 + 4 * 4 * (1280 + 1) * 2
    )
    everything = experiment.model_copy(update={"tune_last": "all"})
    assert training_bytes(build_transfer(everything, classes=2, weights=None).model, 16) > 16 * 4 * 10**5
