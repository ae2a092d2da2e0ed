"""The detector of a run: made once of its images, read back, and left out where they cannot tell anything."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from auxiliary.commands.predict import predict_images
from auxiliary.core.paths import processed_folders
from auxiliary.deploy import detector as detector_module
from auxiliary.deploy import detector_file
from auxiliary.deploy.detector_file import read_detector, save_detector
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.network_features import final_weights, split_features, with_features
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from auxiliary.evaluation.limit import UNLIKE
from auxiliary.networks.costs import OUTPUT
from auxiliary.runs.result import REFIT
from auxiliary.runs.run import Run


def pixels_at(predictions: pd.DataFrame, size: int) -> np.ndarray:
    return np.stack([network_pixels(image_bytes(Path(file)), size) for file in predictions["filepath"]])


@pytest.fixture(scope="module")
def folders(trained_root) -> list[Path]:
    return processed_folders(trained_root.root)


@pytest.fixture(scope="module")
def run(trained_root, tmp_path_factory) -> Run:
    """A copy of `views` without a detector; its images are those of `trained_root`."""
    source = trained_root.runs["views"].folder
    return Run(shutil.copytree(source, tmp_path_factory.mktemp("copy") / source.name,
                               ignore=shutil.ignore_patterns("unlike.npz")))


@pytest.fixture(scope="module")
def made(run, folders):
    """Its predictor, for which the detector was made."""
    return load_predictor(run, folders)


def test_without_the_images_there_are_no_scores_but_a_sentence(trained_root, tmp_path):
    source = trained_root.runs["small"].folder
    alone = Run(shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("unlike.npz")))
    predictor = load_predictor(alone)
    assert predictor.answers(pixels_at(alone.predictions, 16)).scores is None
    assert "are not here, or have changed since" in predictor.why and not alone.detector_file.exists()


def test_features_are_what_the_final_layer_takes(made, run):
    import keras

    model, pixels = made.model, pixels_at(run.predictions, 16).astype("float32")
    found = split_features(with_features(model).predict(pixels, verbose=0), model)
    expected = keras.Model(model.inputs, model.get_layer(OUTPUT).input).predict(pixels, verbose=0)
    np.testing.assert_allclose(found[1], expected, atol=1e-6)
    np.testing.assert_allclose(found[0], model.predict(pixels, verbose=0), atol=1e-6)


@pytest.mark.parametrize("use_bias", [True, False])
def test_the_logits_are_those_of_the_network(use_bias):
    import keras

    inputs = keras.Input((5,))
    layer = keras.layers.Dense(3, "softmax", use_bias, bias_initializer="random_normal", dtype="float32", name=OUTPUT)
    model = keras.Model(inputs, layer(inputs))
    kernel, bias = final_weights(model)
    features = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_allclose(softmax(features @ kernel + bias, axis=1), model.predict(features, verbose=0), atol=1e-6)
    assert kernel.shape == (5, 3) and bias.shape == (3,) and bias.any() == use_bias


def test_the_detector_has_the_weights_of_the_final_layer(made):
    for kept, weights in zip(("kernel", "bias"), final_weights(made.model), strict=True):
        np.testing.assert_array_equal(getattr(made.networks[0].detector, kept), weights)


def test_scores_are_of_the_image_alone_and_95_percent_of_the_validation_images_are_below_the_limit(made, run):
    scores = made.answers(pixels_at(run.val_predictions, 16)).scores
    assert made.why == "" and np.median(scores) == pytest.approx(0, abs=0.05)
    assert scores == pytest.approx(made.networks[0].detector.val_scores, abs=0.05)


def test_it_is_read_back_where_the_images_are_gone(made, run, monkeypatch):
    monkeypatch.setattr(detector_module, "fit_detector", None)
    again, pixels = load_predictor(run), pixels_at(run.predictions, 16)
    np.testing.assert_array_equal(again.answers(pixels).scores, made.answers(pixels).scores)
    assert run.detector_file.stat().st_size < 2**20


@pytest.mark.parametrize("damage", ["cut", "changed", "other network", "empty"])
def test_a_damaged_one_and_that_of_another_network_are_made_anew(made, run, damage, tmp_path):
    copy = Run(shutil.copytree(run.folder, tmp_path / run.id))
    data = copy.detector_file.read_bytes()
    if damage == "other network":
        copy.save_layers(copy.layers)
        copy.model_file.write_bytes(copy.model_file.read_bytes() + b" ")
        copy.finish(copy.result)
    else:
        changed = data[:200] + b"?" + data[201:]
        copy.detector_file.write_bytes({"cut": data[:-9], "changed": changed, "empty": b""}[damage])
    assert read_detector(copy) is None
    save_detector(copy, made.networks[0].detector)
    assert read_detector(copy) is not None


def test_one_of_an_earlier_method_is_made_anew(made, run, monkeypatch, tmp_path):
    copy = Run(shutil.copytree(run.folder, tmp_path / run.id))
    monkeypatch.setattr(detector_file, "METHOD", 1)
    save_detector(copy, made.networks[0].detector)
    assert read_detector(copy) is not None
    monkeypatch.undo()
    assert read_detector(copy) is None


def test_a_refit_has_none(made, run, folders):
    from auxiliary.deploy.detector import detector_of

    network = made.networks[0]
    refit = Run(run.folder.with_name("refit"))
    shutil.copytree(run.folder, refit.folder, ignore=shutil.ignore_patterns("unlike.npz"))
    refit.finish(run.result.model_copy(update={"refit": REFIT}))
    found, reason = detector_of(refit, network.model, network.predict, folders)
    assert found is None and "a refit was trained on the validation images" in reason


def test_predict_says_it_beside_the_class(trained_root, made, run, capsys, monkeypatch, tmp_path):
    from PIL import Image

    monkeypatch.setenv("COLUMNS", "120")
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), "uint8")
    Image.fromarray(noise).save(tmp_path / "noise.png")
    known = run.val_predictions["filepath"][0]
    predict_images((str(tmp_path / "noise.png"), known), str(run.folder), True, trained_root.root)
    first, second = json.loads(capsys.readouterr().out)["images"]
    assert first["unlike"] == (first["score"] > 1) and second["unlike"] == (second["score"] > 1)
    monkeypatch.setattr("auxiliary.commands.predict_tables.is_unlike", lambda score: score == first["score"])
    table = tmp_path / "out.csv"
    predict_images((str(tmp_path / "noise.png"), known), str(run.folder), False, trained_root.root)
    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip().endswith(UNLIKE) for line in lines if ".png" in line] == [True, False]
    assert any(line.rstrip().endswith("remark") for line in lines)
    predict_images((str(tmp_path / "noise.png"), known), str(run.folder), False, trained_root.root, csv_file=table)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["unlike"] for row in rows] == ["yes" if float(row["score"]) > 1 else "no" for row in rows]
    assert float(rows[0]["score"]) == pytest.approx(first["score"], abs=1e-6)
