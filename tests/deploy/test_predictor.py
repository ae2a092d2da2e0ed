"""Networks read back from their folders and asked."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.core import runtime
from auxiliary.deploy import predictor as answers
from auxiliary.deploy.image_paths import Found
from auxiliary.deploy.predictor import BATCH, Trained, ask_about, load_trained
from auxiliary.deploy.preprocess import file_pixels
from auxiliary.evaluation.calibration import fit_temperature, tempered
from auxiliary.project.open import open_project
from auxiliary.runs.run import Run
from auxiliary.training.train import train_and_evaluate
from tests.images import clean_table_of


def pixels_of(trained: Trained, predictions: pd.DataFrame) -> np.ndarray:
    return np.stack([file_pixels(Path(file), trained.result.image_size) for file in predictions["filepath"]])


def check_parity(run: Run) -> None:
    trained, said = load_trained(run), run.predictions
    found, = trained.each_batch([pixels_of(trained, said)])
    columns = said[[f"p:{name}" for name in trained.categories]].to_numpy()
    np.testing.assert_allclose(tempered(found, 1 / trained.temperature), columns, atol=1e-6)
    assert [trained.categories[place] for place in found.argmax(axis=1)] == said["predicted"].tolist()
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("key", ["small", "small_on", "frozen", "views"])
def test_of_the_test_images_it_says_what_the_run_said(trained_root, key):
    """One that takes the mean of augmented views sees those very views where all images came in one batch."""
    check_parity(trained_root.runs[key])


@pytest.fixture
def rounded(trained_root, tiny_backbone, divide, tmp_path, monkeypatch) -> Iterator[Run]:
    """A run trained in bfloat16."""
    monkeypatch.setattr(runtime, "cpu_precision", lambda _: "mixed_bfloat16")
    project = open_project(str(trained_root.root / "profile.yaml"), root=tmp_path)
    divide(project, clean_table_of(trained_root.images))
    yield train_and_evaluate(project.experiments["small"], project)
    keras.config.set_dtype_policy("float32")


def test_also_in_bfloat16_where_every_change_of_order_shows(rounded):
    assert rounded.result.precision == "mixed_bfloat16"
    check_parity(rounded)


def test_the_temperature_is_fitted_on_the_validation_images(trained_root):
    run = trained_root.runs["small"]
    temperature = load_trained(run).temperature
    assert temperature == fit_temperature(run.val_predictions) != fit_temperature(run.predictions)
    assert abs(temperature - 1) > 0.1


def test_augmented_views_of_other_batches_differ_but_hardly_change_what_is_named(trained_root):
    run = trained_root.runs["views"]
    trained, said = load_trained(run), run.val_predictions
    found = trained.probabilities(pixels_of(trained, said.iloc[::-1]))[::-1]
    assert np.abs(tempered(found, 1 / trained.temperature) - said.filter(like="p:").to_numpy()).max() > 1e-4
    named = np.array(trained.categories)[found.argmax(axis=1)]
    assert (named == said["predicted"]).sum() >= len(said) - 1


@pytest.mark.parametrize("key", ["frozen", "views"])
def test_all_at_once_and_batch_by_batch_it_says_the_same(trained_root, key):
    trained = load_trained(trained_root.runs[key])
    size = trained.result.image_size
    pixels = np.random.default_rng(0).integers(0, 256, (2 * BATCH + 3, size, size, 3), "uint8")
    together = trained.probabilities(pixels)
    said = list(trained.each_batch([pixels[:BATCH], pixels[BATCH:2 * BATCH], pixels[2 * BATCH:]]))
    assert [len(batch) for batch in said] == [BATCH, BATCH, 3]
    np.testing.assert_allclose(np.concatenate(said), together, atol=1e-5)
    np.testing.assert_allclose(trained.probabilities(pixels[:1]), together[:1], atol=1e-5)


def test_nothing_in_the_folder_is_written(trained_root):
    run = trained_root.runs["small"]
    before = {file: file.stat().st_mtime_ns for file in run.folder.iterdir()}
    load_trained(run).probabilities(np.zeros((1, 16, 16, 3), "uint8"))
    assert before == {file: file.stat().st_mtime_ns for file in run.folder.iterdir()}


def test_only_a_few_images_are_in_memory_at_a_time(monkeypatch):
    monkeypatch.setattr(answers, "BATCH", 4)
    monkeypatch.setattr(answers, "file_pixels", lambda path, size: np.full((size, size, 3), int(path.name), "uint8"))
    asked = []

    def each_batch(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for images in batches:
            asked.append(images.shape)
            yield images.mean(axis=(1, 2))[:, :2] / [1, 2]

    network = SimpleNamespace(result=SimpleNamespace(image_size=8), categories=["a", "b"], each_batch=each_batch)
    said = ask_about(network, [Found(Path(str(number)), "gone" if number == 3 else "") for number in range(10)])
    assert asked == [(4, 8, 8, 3), (4, 8, 8, 3), (1, 8, 8, 3)]
    assert said.problems == {"3": "gone"}
    assert said.probabilities[:, 0].tolist() == [int(name) for name in said.files] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
