import pandas as pd
import pytest

from auxiliary.reporting.summaries import data_summary, run_summary
from auxiliary.runs.run import Run


def images(**counts):
    return pd.DataFrame({"category": [name for name, count in counts.items() for _ in range(count)]})


def test_the_data_in_three_sentences():
    overview = pd.DataFrame({"error": [""] * 12 + ["truncated"]})
    assert data_summary(overview, images(cat=5, dog=3), images(cat=1, dog=1), images(cat=1, dog=1)).splitlines() == [
        "12 of 13 files can be used.",
        "The 2 classes have 5 to 7 images each.",
        "8 images are for training, 2 for validation and 2 for the test."]


def test_classes_of_one_size_have_one_number():
    same = images(cat=1, dog=1)
    assert "The 2 classes have 3 images each." in data_summary(pd.DataFrame({"error": [""] * 6}), same, same, same)


@pytest.fixture
def run(tmp_path, result):
    """Makes a finished run that made some predictions for images of `cat`, with a confidence of 0.9 each."""
    def make(predicted: list[str]) -> Run:
        frame = pd.DataFrame({"category": "cat", "predicted": predicted, "confidence": 0.9})
        for name in ("cat", "dog"):
            frame[f"p:{name}"] = [0.9 if name == answer else 0.1 for answer in predicted]
        run = Run(tmp_path / "small-h0")
        run.begin({})
        run.save_predictions("val", frame)
        run.save_predictions("test", frame)
        run.finish(result.model_copy(update={"key": "small", "parameters": 1234, "acc_train": 0.95, "accuracy": 0.75,
                                             "accuracy_low": 0.3, "accuracy_high": 0.9}))
        return run

    return make


def test_a_run_in_four_sentences(run):
    reached, overfitting, hardest, calibration = run_summary(run(["cat", "cat", "dog", "cat"])).splitlines()
    assert reached == "small reaches a test accuracy of 0.750 [0.300, 0.900] with 1,234 parameters."
    assert overfitting == ("In its last epoch it was right for 95.0% of the training images, 20.0 percentage points "
                           "more than for the test images.")
    assert hardest == "Most of its mistakes are on cat: it finds 75.0% of these images, and takes 1 of them for dog."
    # Right for three in four, so a confidence of 0.75 would be true.
    assert calibration == "Its calibration error is 0.150, and 0.000 with a temperature of 2.00."


def test_a_run_without_mistakes(run):
    assert "no mistake" in run_summary(run(["cat", "cat"]))
