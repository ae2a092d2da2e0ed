
import pandas as pd
import pytest

from auxiliary.config.ensemble import WITHOUT_TRAINING, TransferEnsemble
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.reporting.model_tables import remark_table, scratch_table, training_table, transfer_table

USUAL = {"model_id": "m", "learning_rate": 1e-3, "epochs": 12, "image_size": 32}
TRAIN = pd.DataFrame({"category": ["cat"] * 3 + ["dog"] * 5})


def scratch(key="m1", **fields) -> ScratchExperiment:
    return ScratchExperiment(**USUAL | {"key": key, "net": "conv(8) | gap"} | fields)


def transfer(key="lite0", **fields) -> TransferExperiment:
    return TransferExperiment(**USUAL | {"key": key, "backbone": "MobileNetV2", "head": "gap | dense(256)"} | fields)


def test_scratch_table_has_parameters_and_multiply_adds():
    table = scratch_table([scratch(), scratch("m2", image_size=34)], classes=2)
    assert table.to_dict("list") == {
        "network": ["conv(8) | gap"] * 2, "image size": [32, 34], "parameters": [242, 242],
        "multiply-adds": [30 * 30 * 27 * 8 + 16, 32 * 32 * 27 * 8 + 16]}
    assert list(table.index) == ["m1", "m2"]


@pytest.mark.parametrize("experiment", [scratch, transfer])
def test_remark_table_has_published_accuracies_and_notes(experiment):
    experiments = [
        experiment("a", published_accuracy=0.719633),
        experiment("b", note="size guessed"),
        experiment("nothing"),
        experiment("c", published_accuracy=(0.9614, 0.9561), seeds=(0, 1)),
        experiment("d", published_accuracy=0.0),
    ]
    table = remark_table(experiments)
    assert table["published accuracy"].to_dict() == {"a": "0.7196", "b": "", "c": "0.9614, 0.9561", "d": "0.0000"}
    assert table["note"].tolist() == ["", "size guessed", "", ""]
    assert list(remark_table([experiment("b", note="size guessed")])) == ["note"]
    assert remark_table([experiment("nothing")]).empty


def test_ensembles_are_remarked_and_no_networks():
    both = TransferEnsemble(**WITHOUT_TRAINING, model_id="both", key="both", ensemble=("lite0", "m"), note="two")
    assert remark_table([transfer(), both])["note"].to_dict() == {"both": "the mean of lite0, m; two"}
    assert list(transfer_table([transfer(), both]).index) == list(training_table([transfer(), both], TRAIN).index) == [
        "lite0"]


@pytest.mark.parametrize(("fields", "trained"), [
    ({}, "head"), ({"tune_last": 30}, "head and last 30 layers"), ({"tune_last": "all"}, "head and all 154 layers"),
    ({"tune_last": 999}, "head and all 154 layers"), ({"epochs": 0}, "nothing"),
    ({"epochs": 0, "head": "logistic", "learning_rate": None}, "head"),
])
def test_transfer_table_names_the_trained_layers(fields, trained):
    assert transfer_table([transfer(**fields)])["trained"].tolist() == [trained]


def test_transfer_table_has_the_backbone_and_its_parameters():
    table = transfer_table([transfer()])
    assert table.loc["lite0", ["backbone", "head", "image size", "backbone parameters"]].tolist() == [
        "MobileNetV2", "gap | dense(256)", 32, 2_257_984]
    assert not {"weights", "parent"} & set(table)


def test_random_weights_and_parents_are_shown_if_there_are_any():
    table = transfer_table([transfer("a", weights="random"), transfer("b", parent="a")])
    assert table["weights"].tolist() == ["random", ""]
    assert table["parent"].tolist() == ["", "a"]
    assert scratch_table([scratch("a"), scratch("b", parent="a")], 2)["network"].tolist() == [
        "conv(8) | gap", "from parent a"]


def test_training_table_has_the_settings_of_each_experiment():
    table = training_table([scratch(sampling="largest", optimizer="sgd"), transfer(sampling="none", augment="flip")],
                           TRAIN)
    assert table.to_dict("list") == {
        "sampling": ["largest", "none"], "images per class": [5, "unchanged"], "batch size": [32, 32],
        "optimizer": ["sgd", "adam"], "learning rate": ["0.001", "0.001"], "schedule": ["constant"] * 2,
        "epochs": [12, 12], "augment": ["no", "flip"]}


def test_settings_that_few_experiments_have_are_shown_if_there_are_any():
    set_ = {"sizes": (16, 24), "class_weight": "balanced", "label_smoothing": 0.1, "averaging": "ema(0.998)"}
    table = training_table([transfer(), scratch("m2", **set_)], TRAIN)
    assert table[["sizes", "class weight", "label smoothing", "averaging"]].to_numpy().tolist() == [
        [""] * 4, ["16, 24", "balanced", "0.1", "ema(0.998)"]]


def test_seeds_patience_and_test_time_augmentation_are_shown_if_there_are_any():
    table = training_table([scratch(), scratch("m2", seeds=(0, 1, 2), patience=5, tta="augmented(8)")], TRAIN)
    assert table[["seeds", "patience", "tta"]].to_numpy().tolist() == [["", "", ""], ["0, 1, 2", 5, "augmented(8)"]]
    assert training_table([scratch(), scratch("m2", seeds=(7,))], TRAIN)["seeds"].tolist() == ["", "7"]


