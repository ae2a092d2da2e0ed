import pandas as pd
import pytest

from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.reporting.sweep import find_sweeps, sweep_table
from auxiliary.reporting.sweep_figure import sweep_figure
from auxiliary.reporting.sweep_rows import swept_keys
from auxiliary.runs.seeds import over_seeds

SAME = {"dataset": "demo", "model_id": "small", "images_hash": "h1", "split_rule": "s", "test_images": 50,
        "val_images": 100}


def answers(count: int) -> pd.DataFrame:
    """Predictions for 100 images, the first `count` of them right."""
    return pd.DataFrame({"filepath": [f"{number}.png" for number in range(100)], "category": "a",
                         "predicted": ["a"] * count + ["b"] * (100 - count)})


@pytest.fixture
def sweeps(results_of):
    """The sweeps of some rows, with predictions for the validation images that fit."""
    def found(*rows, paired=True):
        runs = results_of(*(SAME | {"run_id": f"{row['key']}-{row.get('seed', 0)}"} | row for row in rows))
        right = {row["run_id"]: answers(round(100 * row["val_accuracy"])) for _, row in runs.iterrows()
                 if row["val_accuracy"] == row["val_accuracy"]}
        return find_sweeps(over_seeds(runs), runs, right if paired else None)

    return found


def rate(value, val_accuracy, **more):
    """A row of a grid over the learning rate."""
    return {"key": f"small_lr{value:g}", "learning_rate": value, "val_accuracy": val_accuracy,
            "accuracy": val_accuracy - 0.1} | more


RATES = [rate(0.1, 0.9), rate(0.05, 0.88), rate(0.01, 0.4)]
GRID = [{"key": f"small_lr{lr:g}_optimizer-{name}", "learning_rate": lr, "optimizer": name, "val_accuracy": accuracy}
        for (lr, name), accuracy in {(0.1, "adam"): 0.5, (0.1, "sgd"): 0.9, (0.02, "adam"): 0.6, (0.02, "sgd"): 0.7
                                     }.items()]


def test_rows_stand_in_the_order_of_the_values(sweeps):
    sweep, = sweeps(*RATES)
    table = sweep_table(sweep)
    assert table["learning rate"].tolist() == ["0.01", "0.05", "0.1"]
    assert [text.partition(" [")[0] for text in table["validation"]] == ["0.400", "0.880", "0.900"]
    assert (sweep.name, sweep.varied) == ("small", ["learning_rate"])


def test_the_interval_is_that_of_the_validation_images(sweeps):
    low, high = wilson_interval(90, 100)
    assert sweep_table(sweeps(*RATES)[0])["validation"].iloc[2] == f"0.900 [{low:.3f}, {high:.3f}]"


def test_validation_decides_what_is_best_and_what_is_noise(sweeps):
    # The test accuracies say otherwise.
    rows = [rate(0.1, 0.9, accuracy=0.2), rate(0.05, 0.88), rate(0.01, 0.4, accuracy=0.99)]
    sweep, = sweeps(*rows)
    table = sweep_table(sweep)
    assert table["against the best"].iloc[0] == "-50.0 points" and table["against the best"].iloc[2] == "best"
    assert table["against the best"].iloc[1].startswith("-2.0 points, noise")
    assert sweep.verdicts == ["best", "noise", ""]
    assert sweep.sentence.startswith("Validation chose learning rate 0.1: test accuracy 0.200")
    assert sweep.sentence.endswith("Chance could explain its lead over 1 of 2 others on the validation images.")


def test_equally_good_ones_are_named(sweeps):
    sweep, = sweeps(rate(0.1, 0.9), rate(0.05, 0.9))
    assert "learning rate 0.05 (with the same validation accuracy as small_lr0.1): test" in sweep.sentence
    assert "lead over 1 of 1 other on" in sweep.sentence


def test_the_test_accuracy_is_that_of_the_chosen_one_alone(sweeps):
    shown = sweep_table(sweeps(*RATES)[0])["test"].tolist()
    assert shown[:2] == ["", ""] and shown[2].startswith("0.800 [")


def test_without_predictions_the_accuracies_decide(sweeps):
    table = sweep_table(sweeps(*RATES, paired=False)[0])
    assert table["against the best"].iloc[0] == "-50.0 points (unpaired)"


def test_several_seeds_show_their_lowest_and_highest_validation_accuracy(sweeps):
    rows = [rate(value, accuracy + seed / 100, seed=seed, config_hash=f"h{value}")
            for value, accuracy in ((0.1, 0.8), (0.2, 0.5)) for seed in range(3)]
    assert sweep_table(sweeps(*rows)[0])["validation"].tolist() == [
        "0.810 (0.800 to 0.820, 3 seeds)", "0.510 (0.500 to 0.520, 3 seeds)"]


def test_one_that_diverged_is_shown_as_such(sweeps):
    lost = {"val_accuracy": float("nan"), "accuracy": float("nan"), "diverged": "in epoch 1"}
    sweep, = sweeps(*RATES, rate(1, 0.1) | lost)
    assert sweep_table(sweep)["validation"].iloc[-1] == "diverged in epoch 1"
    assert sweep_figure(sweep) is not None
    everything, = sweeps(*(row | lost for row in RATES))
    assert everything.sentence == "No combination has a validation accuracy: all diverged."
    assert sweep_figure(everything) is None and set(sweep_table(everything)["test"]) == {""}


def test_other_keys_and_single_combinations_are_no_sweep(sweeps):
    assert sweeps(RATES[0], {"key": "small"}, {"key": "other_lr0.1", "learning_rate": 0.1}) == []


def test_of_a_key_with_several_rows_the_newest_counts(sweeps):
    newer = RATES[0] | {"epochs": 7, "val_accuracy": 0.2, "finished_at": "2026-01-01T00:00:00+00:00", "run_id": "new"}
    sweep, = sweeps(*RATES, newer)
    assert sweep.rows["val_accuracy"].tolist() == [0.88, 0.4, 0.2] and sweep.others == ["epochs"]
    assert sweep.sentence.endswith("Rows also differ in epochs.")


def test_the_keys_of_a_sweep(results_of):
    runs = results_of(*(SAME | row for row in [*RATES, {"key": "alone"}]))
    assert swept_keys(over_seeds(runs)) == {row["key"] for row in RATES}


def test_one_number_is_a_line_with_a_logarithmic_axis(sweeps):
    axes = sweep_figure(sweeps(*RATES)[0]).axes[0]
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.01", "0.05", "0.1"]
    assert sorted(text.get_text() for text in axes.texts) == ["0.400", "0.880", "0.900"]


@pytest.mark.parametrize("narrow", [False, True])
def test_two_settings_are_a_map_with_the_best_in_a_frame(sweeps, narrow):
    sweep, = sweeps(*GRID)
    axes = sweep_figure(sweep, narrow).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    rows, columns = ([label.get_text() for label in labels] for labels in (axes.get_yticklabels(),
                                                                          axes.get_xticklabels()))
    assert (rows, columns) == (["0.02", "0.1"], ["adam", "sgd"])
    assert cells[1, 1] == "0.900\nbest" and cells[0, 0].startswith("0.600")
    assert len(cells) == 4 and len(axes.patches) == 1


def test_words_and_three_settings_have_a_table_alone(sweeps):
    words, = sweeps(*({"key": f"small_optimizer-{name}", "optimizer": name, "val_accuracy": 0.5}
                      for name in ("adam", "sgd")))
    assert sweep_figure(words) is None
    assert sweep_table(words)["optimizer"].tolist() == ["adam", "sgd"]
