"""Fixtures that tests of several folders share."""

import colorsys
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from PIL import Image

from auxiliary.config.loader import load_profile
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.data.splitting.split import split
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.checks import check_experiments
from auxiliary.project.project import Project
from auxiliary.runs.result import COLUMNS, Result
from tests.images import clean_table_of
from tests.running import pytest_collection, pytest_collection_modifyitems  # noqa: F401

# A property test does not fail because the machine is slow.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def with_signals() -> Iterator[None]:
    """Child processes react to signals, even if these tests run in the background or under nohup, which ignore some."""
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module", autouse=True)
def in_float32() -> None:
    """Every module starts in float32, which all machines have; a run sets another precision. Keras is not loaded."""
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_dtype_policy("float32")


@pytest.fixture(scope="session")
def image_folder(tmp_path_factory) -> Callable[..., Path]:
    """Makes a folder of images with one folder per class: `image_folder({"cat": 6, "dog": 4}, size=16)`.

    Each class has its own colour under noise, so that a small network can learn it; no two images are equal. The same
    call writes the same images. `suffix` is `png` or `jpg`, `size` the side in pixels.
    """

    def make(counts: Mapping[str, int], size: int = 16, suffix: str = "png") -> Path:
        folder = tmp_path_factory.mktemp("images")
        rng = np.random.default_rng(0)
        for number, (category, count) in enumerate(counts.items()):
            colour = 255 * np.array(colorsys.hsv_to_rgb(number / len(counts), 0.7, 0.8))
            (folder / category).mkdir(parents=True)
            for index in range(count):
                pixels = colour + rng.normal(0, 20, (size, size, 3))
                image = Image.fromarray(pixels.clip(0, 255).astype("uint8"))
                image.save(folder / category / f"{index}.{suffix}")
        return folder

    return make


@pytest.fixture(scope="session")
def divide() -> Callable[..., Project]:
    """Splits the images of a project by its profile, as notebook 01 does, and returns it: `divide(project)`.

    They are the user's own, or those of a table: `divide(project, clean)`.
    """

    def into_parts(project: Project, clean: pd.DataFrame | None = None) -> Project:
        clean = clean_table_of(project.paths.own) if clean is None else clean
        parts = split(add_duplicate_groups(clean), by=project.profile.split.by)
        write_splits(parts, project.profile.split, project.paths)
        return project

    return into_parts


@pytest.fixture
def results_of() -> Callable[..., pd.DataFrame]:
    """Makes a table as `read_results` returns it; each row gives only the values that matter."""
    usual = {name: {int: 100, float: 0.5}.get(kind, name) for name, kind in COLUMNS.items()}
    usual |= {
        "dataset": "demo",
        "stage": "scratch",
        "finished_at": "2025-06-16T12:00:00+00:00",
        "seed": 0,
        "parent": "",
        "patience": 0,
        "tta": "",
        "averaging": "",
        "deterministic": "",
        "config_hash": "",
        "published_accuracy": float("nan"),
        "test_duplicates": 0,
        "ece": float("nan"),
        "diverged": "",
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=list(COLUMNS))


@pytest.fixture
def answers() -> Callable[[int, int], pd.DataFrame]:
    """Makes predictions for 100 images, correct for the numbers from `first` to `last - 1`."""
    return lambda first, last: pd.DataFrame({
        "filepath": [f"{number:03}.png" for number in range(100)], "category": "cat",
        "predicted": ["cat" if first <= number < last else "dog" for number in range(100)]})


@pytest.fixture
def seeds(results_of) -> Callable[..., pd.DataFrame]:
    """Makes runs of one experiment with different seeds, from their test accuracies and common values."""
    return lambda *accuracies, **same: results_of(*(
        {"key": "M3", "seed": seed, "accuracy": accuracy, "val_accuracy": accuracy - 0.01,
         "accuracy_low": accuracy - 0.1, "accuracy_high": accuracy + 0.1, **same}
        for seed, accuracy in enumerate(accuracies)))


@pytest.fixture
def results(results_of) -> pd.DataFrame:
    """Two runs from scratch, the better on test images being worse on validation images, and a pre-trained one."""
    return results_of(
        {"key": "cnn_lucky", "val_accuracy": 0.80, "accuracy": 0.86, "accuracy_low": 0.83, "accuracy_high": 0.88},
        {"key": "cnn_$best$", "val_accuracy": 0.85, "accuracy": 0.84, "accuracy_low": 0.81, "accuracy_high": 0.87,
         "parameters": 4_818_858},
        {"key": "lite0", "stage": "transfer", "val_accuracy": 0.97, "accuracy": 0.971, "accuracy_low": 0.958,
         "accuracy_high": 0.98, "parameters": 4_694_024, "train_seconds": 7300.0})


@pytest.fixture
def result() -> Result:
    """A finished run; vary it with `result.model_copy(update={...})`."""
    values = {name: {int: 3, float: 0.1}.get(kind, name) for name, kind in COLUMNS.items()}
    return Result(**values | {"stage": "scratch", "finished_at": "2025-06-16T12:00:00+00:00", "run_id": "run-1",
                              "diverged": ""})


# Each experiment on one line, so that line numbers are easy to see.
PROFILE = """\
dataset: demo
image_size: 28
batch_size: 64
augment: flip
scratch:
  - {model_id: small, learning_rate: 7e-4, epochs: 2, net: conv(8) | pool | flatten}
  - {model_id: longer, parent: small, learning_rate: 0.0001, epochs: 3}
transfer:
  - {model_id: frozen, backbone: EfficientNetLite0, image_size: 112, learning_rate: 0.001, epochs: 4, head: gap}
  - {model_id: tuned, parent: frozen, tune_last: 5, learning_rate: 0.0001, epochs: 1}
"""


@pytest.fixture
def load(tmp_path):
    """Loads the profile above with each `(old, new)` of `changes` replaced in its text."""

    def load(*changes, **overrides):
        text = PROFILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        profile = load_profile(str(path), overrides)
        check_experiments(profile)
        return profile

    return load


@pytest.fixture
def experiment(load):
    """One experiment of that profile, by its key."""
    return lambda key, *changes, **overrides: next(
        experiment for experiment in load(*changes, **overrides).experiments if experiment.key == key)
