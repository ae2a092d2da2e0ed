from collections.abc import Sequence

import pandas as pd
import pytest

from auxiliary.reporting.summaries import best_sentence, data_summary, left_out_summary, run_summary
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds, results_of


def images(**counts):
    return pd.DataFrame({"category": [name for name, count in counts.items() for _ in range(count)]})


def files(**errors):
    """A catalogue: the errors of the files of each class; those of `outside` are in no class."""
    return pd.DataFrame([{"category": name.replace("outside", ""), "error": error}
                         for name, each in errors.items() for error in each])


def test_all_files_are_used():
    assert left_out_summary(files(cat=["", ""])) == "All 2 files are used."


def test_what_was_left_out_and_why_and_where():
    overview = files(cat=["", "not an image"], dog=[""] * 3 + ["truncated"] * 2, outside=["truncated"])
    assert left_out_summary(overview) == (
        "4 of 8 files were left out: truncated (3), not an image (1). By class: dog 2 of 5, cat 1 of 2.")


def test_a_class_without_any_usable_file_is_named_first():
    overview = files(cat=["", *["truncated"] * 5], dog=["not an image"])
    assert left_out_summary(overview).startswith("No file of class dog is used. 6 of 7 files were left out")
    assert left_out_summary(files(cat=["a"], dog=["a"])).startswith("No file of the classes cat, dog is used. 2 of")


def test_many_reasons_and_classes_stay_one_line():
    summary = left_out_summary(files(**{f"{number}\n{'long' * 50}": ["", f"reason {number}"] for number in range(9)}))
    assert summary.count(" and 6 more.") == 2 and len(summary) < 300 and "\n" not in summary


def test_files_outside_every_class_are_counted_but_in_no_class():
    assert "class" not in left_out_summary(files(cat=[""], outside=["outside"]))


def test_the_data_in_three_sentences():
    overview = files(cat=[""] * 12 + ["truncated"])
    assert data_summary(overview, images(cat=5, dog=3), images(cat=1, dog=1), images(cat=1, dog=1)).splitlines() == [
        "1 of 13 files were left out: truncated (1). By class: cat 1 of 13.",
        "The 2 classes have 5 to 7 images each.",
        "8 images are for training, 2 for validation and 2 for the test."]


def test_classes_of_one_size_have_one_number():
    same = images(cat=1, dog=1)
    assert "The 2 classes have 3 images each." in data_summary(files(cat=[""] * 6), same, same, same)


@pytest.fixture
def run(tmp_path, result):
    """Makes a finished run that made some predictions for images of `cat`, with a confidence of 0.9 each."""
    def make(predicted: list[str], seed: int = 0, trained: Sequence[float] = (0.6, 0.95), **figures) -> Run:
        frame = pd.DataFrame({"category": "cat", "predicted": predicted, "confidence": 0.9})
        for name in ("cat", "dog"):
            frame[f"p:{name}"] = [0.9 if name == answer else 0.1 for answer in predicted]
        run = Run(tmp_path / "small-h0")
        run.begin({})
        run.save_history(pd.DataFrame({"phase": ["parent", *["own"] * len(trained)], "accuracy": [0.1, *trained],
                                       "val_loss": [0, *range(1, len(trained) + 1)]}))
        run.save_predictions("val", frame)
        run.save_predictions("test", frame)
        run.finish(result.model_copy(update={"key": "small", "parameters": 1234, "acc_train": 0.95, "accuracy": 0.75,
                                             "accuracy_low": 0.3, "accuracy_high": 0.9, "patience": 0,
                                             "seed": seed} | figures))
        return run

    return make


def test_a_run_in_four_sentences(run):
    made = run(["cat", "cat", "dog", "cat"])
    reached, overfitting, hardest, calibration = run_summary(made, over_seeds(results_of([made]))).splitlines()
    assert reached == "small reaches a test accuracy of 0.750 [0.300, 0.900] with 1,234 parameters."
    assert overfitting == ("In its last epoch it was right for 95.0% of the training images, 20.0 percentage points "
                           "more than for the test images.")
    assert hardest == ("It errs most often on cat, 1 of its 1 mistake: it finds 75.0% of these images, and takes 1 of "
                       "them for dog.")
    # Right for three in four, so a confidence of 0.75 would be true.
    assert calibration == "Its calibration error is 0.150, and 0.000 with a temperature of 2.00."


def test_the_training_accuracy_is_of_the_weights_that_were_saved(run):
    # Validation losses rise, so that early stopping keeps the first epoch of its own.
    made = run(["cat", "cat"], trained=[0.5, 0.8, 1], patience=2)
    _, overfitting, *_ = run_summary(made, over_seeds(results_of([made]))).splitlines()
    assert overfitting.startswith("In epoch 1 of 3, whose weights were saved, it was right for 50.0% of")
    assert "25.0 percentage points less" in overfitting


def test_a_logistic_regression_has_a_training_accuracy_but_no_epoch(run):
    made = run(["cat", "cat"], trained=[])
    assert "It is right for 95.0% of the training images" in run_summary(made, over_seeds(results_of([made])))


def test_nothing_is_said_of_training_where_nothing_was_trained(run):
    made = run(["cat", "cat"], trained=[], acc_train=float("nan"))
    summary = run_summary(made, over_seeds(results_of([made])))
    assert "training" not in summary and "nan" not in summary


def test_a_run_without_mistakes(run):
    made = run(["cat", "cat"])
    assert "no mistake" in run_summary(made, over_seeds(results_of([made])))


def test_the_mean_over_seeds_comes_before_the_run(run):
    made = run(["cat", "cat", "dog", "cat"], seed=1)
    other = results_of([made]).assign(seed=2, run_id="small-h2", accuracy=0.65, val_accuracy=0.05)
    reached, its_own, *_ = run_summary(made, over_seeds(pd.concat([results_of([made]), other]))).splitlines()
    assert "0.700 (0.650 to 0.750, 2 seeds)" in reached and "seed 1" not in reached
    assert "seed 1, reaches 0.750 [0.300, 0.900]" in its_own


def test_one_seed_is_named_unless_it_is_0(run):
    made = run(["cat", "cat"], seed=7)
    assert run_summary(made, over_seeds(results_of([made]))).startswith("small (seed 7) reaches")


def test_the_best_of_several_experiments_and_of_one(run):
    made = run(["cat", "cat"])
    one = over_seeds(results_of([made]))
    assert best_sentence(one, made, 0.5) == "The only experiment is small; chance is 0.500."
    worse = one.assign(key="worse", run_ids=[("worse",)], val_accuracy=0.05)
    assert best_sentence(pd.concat([worse, one]), made, 0.5).startswith("Of 2 experiments the best is small;")


def test_others_with_the_same_validation_accuracy_are_named(run):
    made = run(["cat", "cat"])
    one = over_seeds(results_of([made]))
    other = [one.assign(key=name, run_id=name, run_ids=[(name,)]) for name in ("large", "wide", "deep")]
    worse = one.assign(key="worse", run_id="w", run_ids=[("w",)], val_accuracy=0.05)
    assert best_sentence(pd.concat([other[0], one, worse]), made, 0.5) == (
        "Of 3 experiments the best is small, with the same validation accuracy as large; chance is 0.500.")
    assert "is small, with the same validation accuracy as large, wide and deep; chance" in best_sentence(
        pd.concat([one, *other]), made, 0.5)
