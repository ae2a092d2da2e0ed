import pandas as pd
import pytest

from auxiliary.reporting.comparison import ONE_SEED, leaderboard, summary_sentence, tradeoff_table
from auxiliary.runs.seeds import over_seeds


def test_leaderboard_goes_by_validation_accuracy(results):
    table = leaderboard(results)
    assert table["key"].tolist() == ["lite0", "cnn_$best$", "cnn_lucky"]
    assert table.index.tolist() == [1, 2, 3]
    assert table["accuracy"].tolist()[0] == "0.971 [0.958, 0.980]"


def test_of_equals_the_earlier_row_comes_first(results):
    assert leaderboard(results.assign(val_accuracy=0.9))["key"].tolist() == results["key"].tolist()


def test_published_accuracy_is_shown_if_there_is_one(results):
    assert "published_accuracy" not in leaderboard(results)
    assert leaderboard(results.assign(published_accuracy=0.72))["published_accuracy"].tolist() == [0.72] * 3


def test_the_calibration_error_is_shown_if_there_is_one(results):
    assert "calibration error" not in leaderboard(results)
    assert leaderboard(results.assign(ece=[0.12345, None, None]))["calibration error"].dropna().tolist() == [0.12345]


def test_accuracy_without_duplicates_is_shown_if_any_run_was_tested_on_some(results):
    assert "without duplicates" not in leaderboard(results.assign(accuracy_without_duplicates=0.9))
    some = results.assign(test_duplicates=[35, 35, None], accuracy_without_duplicates=[0.84567, 0.8, None])
    assert leaderboard(some)["without duplicates"].tolist()[1:] == [0.8, 0.84567]


def test_times_are_whole_seconds(results):
    shown = leaderboard(results.assign(train_seconds=[29.0, 0.4, None]))["train_seconds"]
    assert list(map(str, shown)) == ["<NA>", "0", "29"]


def test_each_row_is_compared_with_the_best(results):
    assert leaderboard(results)["against the best"].tolist() == [
        "best", "-13.1 points (unpaired)", "-11.1 points (unpaired)"]


def test_a_row_without_an_interval_shows_its_accuracy_alone(results):
    assert leaderboard(results.assign(accuracy_low=float("nan")))["accuracy"].tolist()[0] == "0.971"


def test_summary_compares_the_best_by_validation(results):
    assert summary_sentence(results, chance=0.1) == (
        "On demo (100 test images, chance 0.100), the best network from scratch, cnn_$best$, reaches a test "
        "accuracy of 0.840 [0.810, 0.870] and the best pre-trained one, lite0, 0.971 [0.958, 0.980]: "
        "13.1 percentage points more (unpaired 95% interval of the difference +9.8 to +16.2). " + ONE_SEED)


def test_summary_names_a_difference_that_may_be_noise(results):
    few_images = results.assign(accuracy_low=0.5, accuracy_high=0.99)
    assert "; with 0 inside, these test images cannot tell the two apart)" in summary_sentence(few_images, chance=0.1)


def test_summary_names_the_seed_if_there_are_several(results):
    again = pd.concat([results, results.assign(seed=1, val_accuracy=0.1)])
    assert "the best network from scratch, cnn_$best$, seed 0, reaches" in summary_sentence(again, chance=0.1)


def test_summary_names_those_with_the_same_validation_accuracy(results):
    alike = results.assign(val_accuracy=[0.97, 0.97, 0.97])
    assert ("the best network from scratch, cnn_lucky (with the same validation accuracy as cnn_$best$), reaches a "
            "test accuracy of 0.860 [0.830, 0.880] and the best pre-trained one, lite0, 0.971 [") in summary_sentence(
                alike, 0.1)
    one = summary_sentence(alike.assign(stage="transfer", key=["a", "b", "c"]), 0.1)
    assert "pre-trained network, a (with the same validation accuracy as b and c), reaches a test" in one


def test_summary_of_a_pretrained_network_that_is_worse(results):
    swapped = results.assign(stage=["transfer", "transfer", "scratch"])
    assert "13.1 percentage points less" in summary_sentence(swapped, chance=0.1)


def test_summary_of_one_stage(results):
    assert summary_sentence(results.head(2), 0.1).endswith("; no pre-trained network has an accuracy on these images.")
    assert summary_sentence(results.tail(1), 0.1).endswith("; no network from scratch has an accuracy on these images.")


def test_summary_without_results(results):
    assert summary_sentence(results.head(0), 0.1) == "No run has an accuracy yet, so there is nothing to compare."


def test_a_row_that_a_user_typed_in_is_shown_but_not_chosen(results):
    typed = results.tail(1).assign(key="from the paper", stage="", val_accuracy=1.0)
    both = pd.concat([results, typed])
    assert leaderboard(both)["key"].tolist()[0] == "from the paper"
    assert "from the paper" not in summary_sentence(both, 0.1)


class TestPairedSummary:
    def test_with_the_predictions_of_both_they_are_compared_image_by_image(self, runs, answers):
        sentence = summary_sentence(runs, 0.1, {"lite0-1": answers(0, 97), "cnn-1": answers(0, 84)})
        assert sentence.endswith("13.0 percentage points more (95% interval of the paired difference +5.1 to +21.2; "
                             "McNemar's test: p < 0.001). " + ONE_SEED)

    def test_a_difference_that_the_test_images_cannot_prove(self, runs, answers):
        sentence = summary_sentence(runs, 0.1, {"lite0-1": answers(0, 97), "cnn-1": answers(10, 100)})
        assert sentence.endswith("; McNemar's test: p 0.092; these test images cannot tell the two apart). " + ONE_SEED)

    @pytest.mark.parametrize("best", ["lite0", "cnn"])
    def test_it_is_noise_if_the_leaderboard_calls_it_noise(self, runs, answers, results_of, best):
        third = results_of({"key": "third", "run_id": "third-1", "accuracy": 0.92, "val_accuracy": 0.5})
        runs = pd.concat([runs.assign(accuracy=[0.84, 0.90]), third]).assign(
            val_accuracy=lambda rows: rows["val_accuracy"].mask(rows["key"] == best, 0.95))
        # They differ on 6 images, all correct for lite0 only: p is 0.031, and twice that among two comparisons.
        like_the_best = answers(0, 90 if best == "lite0" else 84)
        predictions = {"lite0-1": answers(0, 90), "cnn-1": answers(0, 84), "third-1": like_the_best}
        board = leaderboard(runs, predictions).set_index("key")["against the best"]
        assert board["cnn" if best == "lite0" else "lite0"].endswith("6.0 points, noise (p 0.062)")
        assert summary_sentence(runs, 0.1, predictions).endswith(
            " -0.2 to +13.6; McNemar's test: p 0.062; both with Holm's correction; these test images cannot tell the "
            "two apart). " + ONE_SEED)
        assert "McNemar's test: p 0.031)" in summary_sentence(runs[:2], 0.1, predictions)

    def test_with_predictions_of_one_alone_they_are_not(self, runs, answers):
        assert summary_sentence(runs, 0.1, {"lite0-1": answers(0, 97)}) == summary_sentence(runs, 0.1)

    def test_of_several_seeds_all_are_compared(self, seeds, answers):
        lines = over_seeds(pd.concat([seeds(0.78, 0.8).assign(run_id=["M3-1", "M3-2"]),
                                      seeds(0.97, stage="transfer", key="lite0", run_id="lite0-1")]))
        predictions = {"lite0-1": answers(0, 97), "M3-1": answers(0, 78), "M3-2": answers(0, 80)}
        sentence = summary_sentence(lines, 0.1, predictions)
        assert "18.0 percentage points more (95% interval of the paired difference over seeds and test im" in sentence
        assert "; analysis of variance: p " in sentence and "McNemar" not in sentence
        del predictions["M3-1"]
        assert "(unpaired 95% interval of the difference over seeds and test images +" in summary_sentence(
            lines, 0.1, predictions)

    def test_one_seed_each_does_not_cover_the_spread_between_seeds(self, seeds):
        rows = [seeds(0.6, 0.8), seeds(0.7, stage="transfer", key="lite0")]
        assert "seeds is not covered" not in summary_sentence(over_seeds(pd.concat(rows)), 0.1)
        assert "seeds is not covered" in summary_sentence(over_seeds(pd.concat([rows[0].head(1), rows[1]])), 0.1)
        assert "seeds is not covered" not in summary_sentence(over_seeds(rows[0]), 0.1)

    def test_seeds_that_vary_too_much_are_noise(self, seeds):
        lines = over_seeds(pd.concat([seeds(0.6, 0.8), seeds(0.7, stage="transfer", key="lite0")]))
        assert summary_sentence(lines, 0.1).endswith("; with 0 inside, these seeds and test images cannot tell the two "
                                                     "apart).")


@pytest.fixture
def runs(results_of):
    """A run of each stage, tested on the same 100 images."""
    return results_of({"key": "cnn", "run_id": "cnn-1", "accuracy": 0.84, "val_accuracy": 0.8},
                      {"key": "lite0", "run_id": "lite0-1", "stage": "transfer", "accuracy": 0.97, "val_accuracy": 0.9})


FROZEN = {"key": "effnet", "val_accuracy": 0.97, "stage": "transfer", "parameters": 20_661_866, "epochs": 12,
          "epochs_total": 12, "train_seconds": 360.0}
TUNED = FROZEN | {"key": "tuned", "val_accuracy": 0.98, "parent": "effnet", "epochs": 35, "epochs_total": 47,
                  "train_seconds": 840.0}


class TestTradeoff:
    def test_size_in_megabytes_and_the_parents_time_first(self, results_of):
        table = tradeoff_table(results_of(FROZEN, TUNED))
        assert table["key"].tolist() == ["tuned", "effnet"] and table.index.tolist() == [1, 2]
        assert table["size"].tolist() == ["82.65 MB"] * 2
        assert table["training"].tolist() == ["6 min + 14 min", "6 min"]

    def test_a_parents_parent_counts_as_well(self, results_of):
        again = TUNED | {"key": "again", "parent": "tuned", "epochs_total": 82, "train_seconds": 60.0}
        assert tradeoff_table(results_of(FROZEN, TUNED, again)).set_index("key")["training"]["again"] == (
            "6 min + 14 min + 60 s")

    def test_parents_of_several_seeds_count(self, results_of):
        both = over_seeds(results_of(*({**row, "seed": seed} for row in (FROZEN, TUNED) for seed in (0, 1))))
        assert tradeoff_table(both)["training"].tolist() == ["6 min + 14 min", "6 min"]
        tuned = over_seeds(results_of(FROZEN, TUNED, TUNED | {"seed": 1}))
        assert tradeoff_table(tuned)["training"].tolist() == ["6 min + 14 min", "6 min"]

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


def test_an_experiment_that_diverged_is_last_and_named(results):
    lost = ["val_accuracy", "accuracy", "accuracy_low", "accuracy_high"]
    results.loc[2, [*lost, "diverged"]] = [*[float("nan")] * 4, "in epoch 3"]
    board = leaderboard(results)
    assert board[["key", "accuracy", "against the best"]].iloc[-1].tolist() == ["lite0", "diverged in epoch 3", ""]
    sentence = summary_sentence(results, 0.1)
    assert "no pre-trained network has an accuracy on these images. " in sentence
    assert sentence.endswith("where training diverged: lite0 (diverged in epoch 3).")
