"""Predictions of networks read back from their run folders."""

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.core import runtime
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from auxiliary.evaluation.calibration import fit_temperature, tempered
from auxiliary.project.open import open_project
from auxiliary.runs.run import Run
from auxiliary.training.train import train_and_evaluate


def pixels_of(predictor: Predictor, predictions: pd.DataFrame) -> np.ndarray:
    size = predictor.result.image_size
    return np.stack([network_pixels(image_bytes(Path(file)), size) for file in predictions["filepath"]])


def check_parity(run: Run) -> None:
    predictor, expected = load_predictor(run), run.predictions
    (found, _), = predictor.batch_answers([pixels_of(predictor, expected)])
    columns = expected[[f"p:{name}" for name in predictor.categories]].to_numpy()
    np.testing.assert_allclose(tempered(found, 1 / predictor.temperature), columns, atol=1e-6)
    assert [predictor.categories[label] for label in found.argmax(axis=1)] == expected["predicted"].tolist()
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("key", ["small", "small_on", "frozen", "views"])
def test_predictions_for_the_test_images_are_those_of_the_run(trained_root, key):
    """With test-time augmentation the views are the same too, because all images are in one batch."""
    check_parity(trained_root.runs[key])


@pytest.fixture(params=["mixed_bfloat16", "mixed_float16"])
def run_in_16_bits(trained_root, tiny_backbone, divide, tmp_path, monkeypatch, request) -> Iterator[Run]:
    """A run trained in 16 bits."""
    monkeypatch.setattr(runtime, "cpu_precision", lambda _: request.param)
    project = divide(open_project(str(trained_root.root / "profile.yaml"), root=tmp_path))
    yield train_and_evaluate(project.experiments["small"], project)
    keras.config.set_dtype_policy("float32")


def test_also_in_16_bits(run_in_16_bits):
    assert run_in_16_bits.result.precision.startswith("mixed_")
    check_parity(run_in_16_bits)


def test_the_temperature_is_fitted_on_the_validation_images(trained_root):
    run = trained_root.runs["small"]
    temperature = load_predictor(run).temperature
    assert temperature == fit_temperature(run.val_predictions) != fit_temperature(run.predictions)
    assert abs(temperature - 1) > 0.1


def test_other_batches_have_other_augmented_views_but_nearly_the_same_classes(trained_root):
    run = trained_root.runs["views"]
    predictor, expected = load_predictor(run), run.val_predictions
    found = predictor.probabilities(pixels_of(predictor, expected.iloc[::-1]))[::-1]
    assert np.abs(tempered(found, 1 / predictor.temperature) - expected.filter(like="p:").to_numpy()).max() > 1e-4
    predicted = np.array(predictor.categories)[found.argmax(axis=1)]
    assert (predicted == expected["predicted"]).sum() >= len(expected) - 1


@pytest.mark.parametrize("key", ["frozen", "views"])
def test_all_images_at_once_and_in_batches_have_the_same_probabilities(trained_root, key):
    predictor = load_predictor(trained_root.runs[key])
    size = predictor.result.image_size
    pixels = np.random.default_rng(0).integers(0, 256, (2 * BATCH + 3, size, size, 3), "uint8")
    together = predictor.probabilities(pixels)
    three = [pixels[:BATCH], pixels[BATCH:2 * BATCH], pixels[2 * BATCH:]]
    batches = [answers.probabilities for answers in predictor.batch_answers(three)]
    assert [len(batch) for batch in batches] == [BATCH, BATCH, 3]
    np.testing.assert_allclose(np.concatenate(batches), together, atol=1e-5)
    np.testing.assert_allclose(predictor.probabilities(pixels[:1]), together[:1], atol=1e-5)


def test_predicting_writes_nothing_to_the_run_folder(trained_root):
    run = trained_root.runs["small"]
    before = {file: file.stat().st_mtime_ns for file in run.folder.iterdir()}
    load_predictor(run).probabilities(np.zeros((1, 16, 16, 3), "uint8"))
    assert before == {file: file.stat().st_mtime_ns for file in run.folder.iterdir()}
