import pandas as pd

from auxiliary.reporting.comparison import answer, leaderboard


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


def test_runs_of_one_key_are_told_apart(results):
    again = pd.concat([results.head(1).assign(seed=3), results.head(1).assign(seed=4), results.tail(1)])
    names = leaderboard(again)["key"].tolist()
    assert [sum(f"seed {seed}" in name for name in names) for seed in (3, 4)] == [1, 1]
    assert results.tail(1)["key"].item() in names


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
