import statistics

import pandas as pd
import pytest

from auxiliary.reporting.grouped_results import also_differing, grouped_results, grouped_table

VAL = {("mean", 0): 0.5, ("mean", 1): 0.7, ("mean", 2): 0.6, ("smallest", 0): 0.4, ("smallest", 1): 0.8}


@pytest.fixture
def runs(results_of) -> pd.DataFrame:
    """Seeds and samplings of one network."""
    return results_of(*({"key": "cnn", "sampling": sampling, "seed": seed, "val_accuracy": accuracy,
                         "accuracy": accuracy - 0.1, "run_id": f"{sampling}-{seed}"}
                        for (sampling, seed), accuracy in VAL.items()))


def test_one_row_per_value_with_mean_spread_and_number_of_runs(runs):
    table = grouped_results(runs, "sampling")
    assert table["sampling"].tolist() == ["mean", "smallest"] and table["runs"].tolist() == [3, 2]
    assert list(table) == ["sampling", "runs", "val_accuracy_mean", "val_accuracy_sd", "accuracy_mean", "accuracy_sd"]
    for row, name in enumerate(("mean", "smallest")):
        values = [accuracy for (sampling, _), accuracy in VAL.items() if sampling == name]
        assert table["val_accuracy_mean"][row] == pytest.approx(statistics.mean(values))
        assert table["accuracy_sd"][row] == pytest.approx(statistics.stdev(values))


def test_several_networks_have_rows_of_their_own(runs):
    both = pd.concat([runs.assign(key="lite0"), runs])
    table = grouped_results(both, "sampling")
    assert table[["key", "sampling"]].to_numpy().tolist() == [
        ["cnn", "mean"], ["cnn", "smallest"], ["lite0", "mean"], ["lite0", "smallest"]]
    assert grouped_results(both, "key")["runs"].tolist() == [5, 5]
    assert grouped_table(table, "sampling").headings[:3] == ["experiment", "sampling", "runs"]


@pytest.mark.parametrize(("values", "expected"), [
    ([10, 9, 9, 100, 10], ["9", "10", "100"]), ([1e-2, 1e-3, 0.5, 0.5, 0.5], ["0.001", "0.01", "0.5"]),
    (["10", "9", "9", "", "10"], ["9", "10", "none"]), (["b", "a", "a2", "a10", ""], ["none", "a", "a2", "a10", "b"])])
@pytest.mark.parametrize("column", ["mine", "runs"])
def test_values_are_in_the_order_of_numbers_where_they_are_some(runs, values, expected, column):
    table = grouped_table(grouped_results(runs.assign(**{column: values}), column), column)
    assert [row[0].text for row in table.rows] == expected


def test_unknown_numbers_are_a_group(runs):
    table = grouped_results(runs.assign(patience=pd.array([5, 5, None, 0, 0], "Int64")), "patience")
    assert table["runs"].tolist() == [2, 2, 1]
    assert [row[0].text for row in grouped_table(table, "patience").rows] == ["0", "5", "unknown"]


def test_runs_that_diverged_are_counted_apart(runs):
    runs.loc[0, ["diverged", "val_accuracy", "accuracy"]] = ["in epoch 2", None, None]
    table = grouped_results(runs, "sampling")
    assert table[["runs", "diverged"]].to_numpy().tolist() == [[3, 1], [2, 0]]
    assert table["val_accuracy_mean"][0] == pytest.approx(0.65)


@pytest.mark.parametrize("column", ["accuracy", "val_accuracy", "diverged", "key", "dataset", "run_id"])
def test_any_column_will_do(runs, column):
    table = grouped_results(runs, column)
    assert table["runs"].sum() == 5
    assert len(grouped_table(table, column).rows) == len(table)


def test_the_order_of_the_rows_changes_nothing(runs):
    pd.testing.assert_frame_equal(grouped_results(runs.sample(frac=1, random_state=1), "seed"),
                                  grouped_results(runs, "seed"))


def test_what_else_differs_within_a_group_is_named(runs):
    assert also_differing(runs, "sampling") == []
    assert also_differing(runs, "seed") == ["sampling"]
    assert also_differing(runs.assign(images_hash=list("abcde")), "sampling") == ["images_hash"]
