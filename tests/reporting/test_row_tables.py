import pandas as pd
import pytest

from auxiliary.config.profile import ScratchRow, TransferRow
from auxiliary.reporting.row_tables import remark_table, scratch_table, training_table, transfer_table

USUAL = {"model_id": "m", "learning_rate": 1e-3, "epochs": 12, "image_size": 32}
TRAIN = pd.DataFrame({"category": ["cat"] * 3 + ["dog"] * 5})


def scratch(key="m1", **fields) -> ScratchRow:
    return ScratchRow(**USUAL | {"key": key, "net": "conv(8) | gap"} | fields)


def transfer(key="lite0", **fields) -> TransferRow:
    return TransferRow(**USUAL | {"key": key, "backbone": "MobileNetV2", "head": "gap | dense(256)"} | fields)


def test_a_scratch_row_comes_with_its_figures():
    table = scratch_table([scratch(), scratch("m2", image_size=34)], classes=2)
    assert table.to_dict("list") == {
        "network": ["conv(8) | gap"] * 2, "picture": [32, 34], "parameters": [242, 242],
        "multiply-adds": [30 * 30 * 27 * 8 + 16, 32 * 32 * 27 * 8 + 16]}
    assert list(table.index) == ["m1", "m2"]


@pytest.mark.parametrize("row", [scratch, transfer])
def test_what_others_reported_stands_beside_what_is_to_know_of_it(row):
    rows = [row("a", reported=0.719633), row("b", note="size guessed"), row("nothing"),
            row("c", reported=(0.9614, 0.9561), seeds=(0, 1)), row("d", reported=0.0)]
    table = remark_table(rows)
    assert table["reported"].to_dict() == {"a": "0.7196", "b": "", "c": "0.9614, 0.9561", "d": "0.0000"}
    assert table["note"].tolist() == ["", "size guessed", "", ""]
    assert list(remark_table([row("b", note="size guessed")])) == ["note"]
    assert remark_table([row("nothing")]).empty


@pytest.mark.parametrize(("fields", "trained"), [
    ({}, "head"), ({"tune_last": 30}, "head and last 30 layers"), ({"tune_last": "all"}, "head and all 154 layers"),
    ({"tune_last": 999}, "head and all 154 layers"), ({"epochs": 0}, "nothing"),
])
def test_how_much_of_a_backbone_is_trained(fields, trained):
    assert transfer_table([transfer(**fields)])["trained"].tolist() == [trained]


def test_a_backbone_comes_with_its_figures():
    table = transfer_table([transfer()])
    assert table.loc["lite0", ["backbone", "head", "picture", "backbone parameters"]].tolist() == [
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
        "sampling": ["largest", "none"], "pictures a class": [5, "as they are"], "batch": [32, 32],
        "optimizer": ["sgd", "adam"], "learning rate": ["0.001", "0.001"], "schedule": ["constant"] * 2,
        "epochs": [12, 12], "augment": ["no", "flip"]}


def test_seeds_patience_and_test_time_augmentation_are_shown_where_there_are_any():
    table = training_table([scratch(), scratch("m2", seeds=(0, 1, 2), patience=5, tta=8)], TRAIN)
    assert table[["seeds", "patience", "tta"]].to_numpy().tolist() == [["", "", ""], ["0, 1, 2", 5, 8]]
