import pandas as pd
import pytest

from auxiliary.reporting.comparison import (
    answer,
    duration,
    labelled,
    leaderboard,
    tradeoff_table,
    with_interval,
)
from auxiliary.reporting.seeds import best_of_each, over_seeds


def test_leaderboard_goes_by_validation_accuracy(results):
    table = leaderboard(results)
    assert table["key"].tolist() == ["lite0", "cnn_$best$", "cnn_lucky"]
    assert table.index.tolist() == [1, 2, 3]
    assert table["accuracy"].tolist()[0] == "0.971 [0.958, 0.980]"


def test_of_equals_the_earlier_row_comes_first(results):
    assert leaderboard(results.assign(val_accuracy=0.9))["key"].tolist() == results["key"].tolist()


def test_reported_is_shown_where_there_is_one(results):
    assert "reported" not in leaderboard(results)
    assert leaderboard(results.assign(reported=0.72))["reported"].tolist() == [0.72] * 3


def test_a_row_without_an_interval_shows_its_accuracy_alone(results):
    assert leaderboard(results.assign(accuracy_low=float("nan")))["accuracy"].tolist()[0] == "0.971"


def test_answer_compares_the_best_by_validation(results):
    assert answer(results, chance=0.1) == (
        "On demo (100 test pictures, chance 0.100), the best network from scratch, cnn_$best$, reaches a test "
        "accuracy of 0.840 [0.810, 0.870] and the best pre-trained one, lite0, 0.971 [0.958, 0.980]: "
        "13.1 percentage points more (95% interval of the difference +9.8 to +16.2).")


def test_answer_says_when_the_difference_may_be_noise(results):
    few_pictures = results.assign(accuracy_low=0.5, accuracy_high=0.99)
    assert "; with 0 inside, these test pictures cannot tell the two apart)" in answer(few_pictures, chance=0.1)


@pytest.mark.parametrize(("others", "names"), [
    ([{"seed": 1}], ["cnn, seed 0", "cnn, seed 1"]),
    ([{"seed": 1, "epochs": 12}], ["cnn, seed 0", "cnn, seed 1"]),
    ([{"epochs": 12}], ["cnn, 100 epochs", "cnn, 12 epochs"]),
    ([{"image_size": 200}, {"seed": 1}], ["cnn, seed 0, 100 px", "cnn, seed 0, 200 px", "cnn, seed 1"]),
    ([{"learning_rate": 1e-4, "optimizer": "sgd"}], ["cnn, rate 0.5", "cnn, rate 0.0001"]),
    ([{"key": "other"}], ["cnn", "other"]),
    ([{}], ["cnn", "cnn"]),
])
def test_runs_of_one_key_are_named_by_what_tells_them_apart_and_no_more(others, names, results_of):
    assert labelled(results_of({"key": "cnn"}, *({"key": "cnn"} | other for other in others))) == names


def test_the_answer_names_the_seed_where_there_are_several(results):
    again = pd.concat([results, results.assign(seed=1, val_accuracy=0.1)])
    assert "the best network from scratch, cnn_$best$, seed 0, reaches" in answer(again, chance=0.1)


def test_answer_says_when_the_pretrained_network_is_worse(results):
    swapped = results.assign(stage=["transfer", "transfer", "scratch"])
    assert "13.1 percentage points less" in answer(swapped, chance=0.1)


def test_answer_with_one_stage(results):
    assert answer(results.head(2), 0.1).endswith("; no pre-trained network has finished yet.")
    assert answer(results.tail(1), 0.1).endswith("; no network from scratch has finished yet.")


def test_answer_without_results(results):
    assert answer(results.head(0), 0.1) == "No run has finished yet, so there is nothing to compare."


def test_a_row_that_a_user_typed_in_is_shown_but_not_chosen(results):
    typed = results.tail(1).assign(key="from the paper", stage="", val_accuracy=1.0)
    both = pd.concat([results, typed])
    assert leaderboard(both)["key"].tolist()[0] == "from the paper"
    assert "from the paper" not in answer(both, 0.1)


class TestOverSeeds:
    def test_seeds_of_a_row_share_a_line(self, seeds):
        row = over_seeds(seeds(0.718, 0.706, 0.712)).squeeze()
        assert (row["key"], row["seeds"]) == ("M3", 3)
        assert row["val_accuracy"] == pytest.approx(0.702)
        assert with_interval(row) == "0.712 (0.706 to 0.718, 3 seeds)"

    def test_a_single_run_keeps_its_interval(self, results):
        table = over_seeds(results)
        assert list(table["seeds"]) == [1, 1, 1]
        pd.testing.assert_frame_equal(table[list(results)], results, check_dtype=False)
        assert leaderboard(table)["accuracy"].equals(leaderboard(results)["accuracy"])

    @pytest.mark.parametrize("other", [{"key": "M1"}, {"epochs": 3}, {"image_size": 8}, {"dataset": "mine"},
                                       {"data": "changed"}, {"split": "changed"}, {"learning_rate": 0.1}])
    def test_another_experiment_is_another_line(self, other, seeds):
        assert list(over_seeds(pd.concat([seeds(0.7, 0.8), seeds(0.5, **other)]))["seeds"]) == [2, 1]

    def test_seeds_that_stopped_after_different_epochs_belong_together(self, seeds):
        runs = seeds(0.7, 0.8, 0.9, patience=3).assign(epochs=[10, 12, 15], epochs_total=[10, 12, 15])
        assert over_seeds(runs)[["seeds", "epochs", "epochs_total"]].squeeze().tolist() == [3, 12, 12]

    def test_of_a_seed_that_was_run_twice_the_last_counts(self, seeds):
        row = over_seeds(pd.concat([seeds(0.1, 0.8), seeds(0.7)])).squeeze()
        assert with_interval(row) == "0.750 (0.700 to 0.800, 2 seeds)"

    def test_what_was_recorded_as_one_experiment_is_one(self, seeds):
        runs = seeds(0.7, 0.8, patience=3, experiment="e1").assign(epochs=[10, 15])
        trial = seeds(0.1, patience=3, experiment="e2", epochs=1)
        assert over_seeds(pd.concat([runs, trial]))["seeds"].tolist() == [2, 1]
        older = seeds(0.7, 0.8, patience=3)
        assert over_seeds(pd.concat([older, trial]))["seeds"].tolist() == [2, 1]

    def test_the_best_run_of_each_is_that_of_the_best_mean(self, seeds):
        steady, lucky = seeds(0.8, 0.82, key="steady"), seeds(0.5, 0.9, key="lucky")
        both = pd.concat([lucky, steady], ignore_index=True)
        assert best_of_each(both)[["key", "accuracy"]].to_numpy().tolist() == [["steady", 0.82], ["lucky", 0.9]]

    def test_rows_from_before_a_column_existed_belong_to_those_after(self, seeds):
        old = seeds(0.7).astype({"patience": "Int64", "tta": "Int64"}).assign(patience=pd.NA, tta=pd.NA)
        assert over_seeds(pd.concat([old, seeds(0.7, 0.8).tail(1)]))["seeds"].tolist() == [2]

    def test_the_reported_accuracy_stays(self, seeds):
        assert over_seeds(seeds(0.7, 0.8, reported=0.6969))["reported"].tolist() == pytest.approx([0.6969])

    def test_several_seeds_have_no_interval_to_compare_by(self, results, seeds):
        both = over_seeds(pd.concat([seeds(0.7, 0.8), results.tail(1)]))
        assert answer(both, chance=0.1).endswith("lite0, 0.971 [0.958, 0.980]: 22.1 percentage points more.")


FROZEN = {"key": "effnet", "val_accuracy": 0.97, "stage": "transfer", "parameters": 20_661_866, "epochs": 12,
          "epochs_total": 12, "train_seconds": 360.0}
TUNED = FROZEN | {"key": "tuned", "val_accuracy": 0.98, "parent": "effnet", "epochs": 35, "epochs_total": 47,
                  "train_seconds": 840.0}


class TestTradeoff:
    def test_size_in_megabytes_and_the_parents_time_first(self, results_of):
        table = tradeoff_table(results_of(FROZEN, TUNED))
        assert table["key"].tolist() == ["tuned", "effnet"] and table.index.tolist() == [1, 2]
        assert table["size"].tolist() == ["78.82 MB"] * 2
        assert table["training"].tolist() == ["6 min + 14 min", "6 min"]

    def test_a_parents_parent_counts_as_well(self, results_of):
        again = TUNED | {"key": "again", "parent": "tuned", "epochs_total": 82, "train_seconds": 60.0}
        assert tradeoff_table(results_of(FROZEN, TUNED, again)).set_index("key")["training"]["again"] == (
            "6 min + 14 min + 60 s")

    @pytest.mark.parametrize("parent", [{"seed": 1}, {"key": "other"}, {"epochs_total": 2},
                                        {"train_seconds": float("nan")}])
    def test_a_parent_that_is_not_known_adds_nothing(self, parent, results_of):
        table = tradeoff_table(results_of(FROZEN | parent, TUNED))
        assert table["training"][1] == "14 min"

    def test_a_row_that_a_user_typed_in_leaves_blank_what_is_not_known(self, results_of):
        typed = results_of(TUNED | {"train_seconds": float("nan")}).astype({"parameters": "Int64"})
        assert tradeoff_table(typed.assign(parameters=pd.NA))[["size", "training"]].squeeze().tolist() == ["", ""]

    def test_rows_that_go_on_from_each_other_come_to_an_end(self, results_of):
        loop = [TUNED | {"key": key, "parent": parent, "epochs": 0} for key, parent in ("ab", "ba")]
        assert tradeoff_table(results_of(*loop))["training"].tolist() == ["14 min + 14 min"] * 2


@pytest.mark.parametrize(("seconds", "text"), [(57.2, "57 s"), (897, "15 min"), (9000, "2.5 h")])
def test_duration(seconds, text):
    assert duration(seconds) == text
