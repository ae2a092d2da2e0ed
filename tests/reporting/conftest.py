from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from auxiliary.evaluation.columns import COLUMNS

# Names that markup, sorting or layout could trip over.
NAMES = ["$cash_1^2$", "a_class_name_of_thirty_letters"]


@pytest.fixture
def pictures(tmp_path) -> list[str]:
    """One red picture of 28x28 and one green of 300x200."""
    paths = [tmp_path / "small.png", tmp_path / "large.png"]
    Image.new("RGB", (28, 28), "red").save(paths[0])
    Image.new("RGB", (300, 200), "green").save(paths[1])
    return [str(path) for path in paths]


@pytest.fixture
def overview(pictures) -> pd.DataFrame:
    """A catalogue: one class of two good pictures, one of a good and a broken one."""
    return pd.DataFrame({
        "filepath": [*pictures, pictures[0], str(Path("raw-img") / "b.jpg")],
        "category": [NAMES[0], NAMES[0], NAMES[1], NAMES[1]],
        "format": ["png", "jpg", "png", "jpg"],
        "width": pd.array([28, 300, 28, None], dtype="Int64"),
        "height": pd.array([28, 200, 28, None], dtype="Int64"),
        "channels": pd.array([3, 1, 3, None], dtype="Int64"),
        "problem": ["", "", "", "truncated"],
    })


@pytest.fixture
def predictions(pictures) -> pd.DataFrame:
    """Three test pictures, the second and third taken for the wrong class, the third with more confidence."""
    frame = pd.DataFrame({"filepath": [*pictures, pictures[0]], "category": [NAMES[0]] * 3, "label": 0,
                          "predicted": [NAMES[0], NAMES[1], NAMES[1]], "confidence": [0.9, 0.6, 0.8]})
    return frame.assign(**{f"p:{NAMES[0]}": [0.9, 0.4, 0.2], f"p:{NAMES[1]}": [0.1, 0.6, 0.8]})


@pytest.fixture
def results_of() -> Callable[..., pd.DataFrame]:
    """Makes results as `read_results` gives them, from what matters of each row."""
    usual = {name: {int: 100, float: 0.5}.get(kind, name) for name, kind in COLUMNS.items()}
    usual |= {"dataset": "demo", "stage": "scratch", "seed": 0, "parent": "", "patience": 0, "tta": 0, "experiment": "",
              "reported": float("nan"), "test_twins": 0, "ece": float("nan")}
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=list(COLUMNS))


@pytest.fixture
def answers() -> Callable[[int, int], pd.DataFrame]:
    """Makes predictions for 100 pictures, right for those numbered from `first` up to but without `last`."""
    return lambda first, last: pd.DataFrame({
        "filepath": [f"{number:03}.png" for number in range(100)], "category": "cat",
        "predicted": ["cat" if first <= number < last else "dog" for number in range(100)]})


@pytest.fixture
def seeds(results_of) -> Callable[..., pd.DataFrame]:
    """Makes runs of one row that differ in their seed, from their test accuracies and what they have in common."""
    return lambda *accuracies, **same: results_of(*(
        {"key": "M3", "seed": seed, "accuracy": accuracy, "val_accuracy": accuracy - 0.01,
         "accuracy_low": accuracy - 0.1, "accuracy_high": accuracy + 0.1, **same}
        for seed, accuracy in enumerate(accuracies)))


@pytest.fixture
def results(results_of) -> pd.DataFrame:
    """Two runs from scratch, of which the better on test is not the better on validation, and one pre-trained."""
    return results_of(
        {"key": "cnn_lucky", "val_accuracy": 0.80, "accuracy": 0.86, "accuracy_low": 0.83, "accuracy_high": 0.88},
        {"key": "cnn_$best$", "val_accuracy": 0.85, "accuracy": 0.84, "accuracy_low": 0.81, "accuracy_high": 0.87,
         "parameters": 4_818_858},
        {"key": "lite0", "stage": "transfer", "val_accuracy": 0.97, "accuracy": 0.971, "accuracy_low": 0.958,
         "accuracy_high": 0.98, "parameters": 4_694_024, "train_seconds": 7300.0})
