import itertools
from math import nan

import pandas as pd
import pytest

from auxiliary.runs.labels import run_ids, with_interval
from auxiliary.runs.seeds import best_of_each, over_seeds


def test_seeds_of_an_experiment_share_a_row(seeds):
    row = over_seeds(seeds(0.718, 0.706, 0.712)).squeeze()
    assert (row["key"], row["seeds"]) == ("M3", 3)
    assert row["val_accuracy"] == pytest.approx(0.702)
    assert with_interval(row) == "0.712 (0.706 to 0.718, 3 seeds)"


@pytest.mark.parametrize(("one", "other", "mean"), [
    ((0.8405, 0.8225), (0.842, 0.821), 0.8315), ((0.425, 0.9625, 0.9), (0.4275, 0.9625, 0.8975), 0.7625),
    ((0.309, 0.991, 0.7925), (0.31, 0.991, 0.7915), 0.6975)])
def test_equal_means_are_the_same_number(seeds, one, other, mean):
    # As sums of floats the two differ in the last digit, and are shown as 0.832 and 0.831.
    row = over_seeds(seeds(*one).assign(val_accuracy=other)).squeeze()
    assert row["accuracy"] == row["val_accuracy"] == mean


def test_of_experiments_with_equal_means_the_earlier_is_first(seeds):
    # The sums of floats differ in the last digit, the largest accuracies do not.
    for orders in itertools.permutations([(0.425, 0.9625, 0.9), (0.4275, 0.9625, 0.8975)]):
        runs = pd.concat(seeds(*order).assign(key=key) for key, order in zip("ab", orders, strict=True))
        assert best_of_each(runs.assign(val_accuracy=runs["accuracy"]))["key"].tolist() == ["a", "b"]


def test_a_single_run_keeps_all_digits(seeds):
    assert over_seeds(seeds(2 / 3))["accuracy"].item() == 2 / 3


def test_a_single_run_keeps_its_interval(results):
    table = over_seeds(results)
    assert list(table["seeds"]) == [1, 1, 1]
    pd.testing.assert_frame_equal(table[list(results)], results, check_dtype=False)
    assert [with_interval(row) for _, row in table.iterrows()] == [with_interval(row) for _, row in results.iterrows()]


@pytest.mark.parametrize("other", [{"key": "M1"}, {"epochs": 3}, {"image_size": 8}, {"dataset": "mine"},
                                   {"images_hash": "changed"}, {"split_rule": "changed"}, {"learning_rate": 0.1}])
def test_another_experiment_is_another_row(other, seeds):
    assert list(over_seeds(pd.concat([seeds(0.7, 0.8), seeds(0.5, **other)]))["seeds"]) == [2, 1]


def test_seeds_that_stopped_after_different_epochs_belong_together(seeds):
    runs = seeds(0.7, 0.8, 0.9, patience=3).assign(epochs=[10, 12, 15], epochs_total=[10, 12, 15])
    assert over_seeds(runs)[["seeds", "epochs", "epochs_total"]].squeeze().tolist() == [3, 12, 12]


def test_of_a_seed_that_was_trained_twice_the_last_row_counts(seeds):
    row = over_seeds(pd.concat([seeds(0.1, 0.8), seeds(0.7)])).squeeze()
    assert with_interval(row) == "0.750 (0.700 to 0.800, 2 seeds)"


def test_rows_of_one_config_hash_are_one_experiment(seeds):
    runs = seeds(0.7, 0.8, patience=3, config_hash="e1").assign(epochs=[10, 15])
    trial = seeds(0.1, patience=3, config_hash="e2", epochs=1)
    assert over_seeds(pd.concat([runs, trial]))["seeds"].tolist() == [2, 1]
    older = seeds(0.7, 0.8, patience=3)
    assert over_seeds(pd.concat([older, trial]))["seeds"].tolist() == [2, 1]


def test_the_best_run_of_each_is_that_of_the_best_mean(seeds):
    steady, lucky = seeds(0.8, 0.82, key="steady"), seeds(0.5, 0.9, key="lucky")
    both = pd.concat([lucky, steady], ignore_index=True)
    assert best_of_each(both)[["key", "accuracy"]].to_numpy().tolist() == [["steady", 0.82], ["lucky", 0.9]]


def test_an_empty_patience_is_0(seeds):
    old = seeds(0.7).astype({"patience": "Int64"}).assign(patience=pd.NA)
    assert over_seeds(pd.concat([old, seeds(0.7, 0.8).tail(1)]))["seeds"].tolist() == [2]


def test_the_published_accuracy_stays(seeds):
    assert over_seeds(seeds(0.7, 0.8, published_accuracy=0.6969))["published_accuracy"].tolist() == pytest.approx(
        [0.6969]
    )


def test_the_run_that_stands_for_its_seeds_is_the_one_of_the_best_validation_accuracy(seeds):
    runs = seeds(0.7, 0.8, 0.9).assign(run_id=["M3-0", "M3-1", "M3-2"], val_accuracy=[0.7, 0.9, 0.8])
    assert over_seeds(runs)[["run_id", "run_accuracy"]].squeeze().tolist() == ["M3-1", 0.8]


def test_a_mean_has_no_seed_and_the_time_of_its_last_run(seeds):
    # The last one of the text is not the latest.
    times = [f"2025-06-16T{time}" for time in ("12:00:00+00:00", "15:00:00+00:00", "16:00:00+02:00")]
    table = over_seeds(pd.concat([seeds(0.7, 0.8, 0.9).assign(finished_at=times), seeds(0.5, key="one", seed=7)]))
    assert table["finished_at"].tolist() == [times[1], "2025-06-16T12:00:00+00:00"]
    assert table["seed"].isna().tolist() == [True, False] and table["seed"][1] == 7
    assert over_seeds(seeds(0.7, 0.8).assign(finished_at=pd.to_datetime(times[:2])))["finished_at"].tolist() == [
        pd.Timestamp(times[1])]


def test_the_runs_behind_a_mean_are_named_and_their_spread_is_known(seeds):
    runs = seeds(0.7, 0.8, 0.9).assign(run_id=["M3-0", "M3-1", "M3-2"])
    row = over_seeds(runs).squeeze()
    assert run_ids(row) == ("M3-0", "M3-1", "M3-2") and row["accuracy_std"] == pytest.approx(0.1)
    assert run_ids(runs.iloc[1]) == ("M3-1",)
    runs.loc[1, ["diverged", "accuracy", "val_accuracy"]] = ["in epoch 2", nan, nan]
    assert over_seeds(runs)["run_ids"].tolist() == [("M3-0", "M3-2")]
    assert over_seeds(runs[1:2])[["run_ids", "accuracy_std"]].isna().to_numpy().tolist() == [[False, True]]
    assert over_seeds(runs[1:2])["run_ids"].tolist() == [()]


def test_accuracy_without_duplicates_and_calibration_error_are_means(seeds):
    runs = seeds(0.7, 0.8).assign(ece=[0.1, 0.2], accuracy_without_duplicates=[0.6, 0.8])
    assert over_seeds(runs)[["ece", "accuracy_without_duplicates"]].squeeze().tolist() == pytest.approx([0.15, 0.7])


def test_seeds_that_diverged_are_counted_and_have_no_accuracy(seeds):
    runs = seeds(0.8, 0.9, 0.7)
    runs.loc[2, ["diverged", "accuracy", "val_accuracy"]] = ["in epoch 2", nan, nan]
    row = over_seeds(runs).squeeze()
    assert (row["seeds"], row["diverged_seeds"], row["run_accuracy"]) == (3, 1, 0.9)
    assert with_interval(row) == "0.850 (0.800 to 0.900, 1 of 3 seeds diverged)"
    assert with_interval(over_seeds(runs.tail(1)).squeeze()) == "diverged in epoch 2"
    assert best_of_each(runs)["accuracy"].tolist() == [0.9]
