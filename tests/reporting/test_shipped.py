import pandas as pd
import pytest

from auxiliary.reporting.comparison import leaderboard
from auxiliary.reporting.shipped import shipped_cells, shipped_figures, shipped_table
from auxiliary.runs.seeds import over_seeds

INTERVAL = {"accuracy_low": 0.6, "accuracy_high": 0.8}


@pytest.fixture
def own(results_of) -> pd.DataFrame:
    return results_of({"key": "cnn", "config_hash": "h1", "epochs": 2, "val_accuracy": 0.4},
                      {"key": "lite0", "config_hash": "h2", "val_accuracy": 0.9}, {"key": "mine"})


@pytest.fixture
def shipped(results_of) -> pd.DataFrame:
    """Two seeds of one experiment, of other epochs; another as it is here; and one that was not trained here."""
    cnn = {"key": "cnn", "config_hash": "h3", "epochs": 8, "device": "a GPU", "commit": "abc"} | INTERVAL
    return results_of(cnn | {"accuracy": 0.7, "run_id": "a"}, cnn | {"accuracy": 0.8, "seed": 1, "run_id": "b"},
                      {"key": "lite0", "config_hash": "h2", "accuracy": 0.7, "run_id": "c"} | INTERVAL,
                      {"key": "not here", "run_id": "d"})


def test_the_leaderboard_has_one_more_column_and_no_more_rows(own, shipped):
    board = leaderboard(over_seeds(own), shipped=shipped)
    assert board[["key", "shipped"]].to_numpy().tolist() == [
        ["lite0", "0.700 [0.600, 0.800]"], ["mine", ""], ["cnn", "0.750 (0.700 to 0.800, 2 seeds) *"]]
    without = leaderboard(over_seeds(own))
    assert "shipped" not in without and board.drop(columns="shipped").equals(without)


def test_without_the_same_experiment_there_is_no_column(own, shipped):
    assert "shipped" not in leaderboard(own, shipped=shipped.tail(1))
    assert shipped_cells(own, shipped.head(0)) == ["", "", ""]
    assert shipped_table(own, shipped.tail(1)).empty


def test_the_table_says_where_a_result_comes_from_and_in_what_it_differs(own, shipped):
    table = shipped_table(own, shipped).set_index("experiment")
    assert table.loc["cnn", ["machine", "commit", "finished"]].tolist() == ["a GPU", "abc", "2025-06-16"]
    assert table["differs in"].to_dict() == {"lite0": "nothing", "cnn": "epochs (8, here 2)"}
    other = shipped.assign(config_hash="h9", images_hash="h0", augment="")
    assert shipped_table(own, other)["differs in"][0] == "images_hash, augment (none, here augment)"


def test_where_no_setting_differs_the_code_does_or_the_parent(own, shipped):
    again = shipped.assign(config_hash="h9", precision="mixed_bfloat16")
    table = shipped_table(own.assign(precision="float32"), again)
    assert table["differs in"][0] == "another version of the training code"
    assert table["precision"][0] == "mixed_bfloat16, here float32"
    assert shipped_table(own.assign(precision="mixed_bfloat16"), again)["precision"][0] == "mixed_bfloat16"
    with_parent = shipped_table(own.assign(parent="cnn"), again.assign(parent="cnn"))
    assert with_parent["differs in"][0].endswith("or another training of its parent")


def test_with_all_digits(own, shipped):
    figures = shipped_figures(own, shipped)
    assert figures["shipped"].tolist()[:2] == pytest.approx([0.75, 0.7]) and pd.isna(figures["shipped"][2])
    assert figures["shipped_differs_in"].tolist() == ["epochs", "", ""]
    assert shipped_figures(own, None)["shipped"].isna().all()
