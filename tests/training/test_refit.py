"""Refits: the parent's training once more, on the training and the validation images together."""

import shutil

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.evaluation.calibration import fit_temperature
from auxiliary.runs.seeds import best, best_per_experiment
from auxiliary.training.job import Job
from auxiliary.training.setup import build_setup
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.colours import SMALL
from tests.interruption import train_until_a_power_cut
from tests.training.conftest import FROZEN, copy_of

REFIT = (SMALL, SMALL.replace("epochs: 2", "epochs: 3, averaging: ema(0.5)")
         + "\n  - {model_id: refit, parent: small, refit: true}")
FROZEN_REFIT = (FROZEN, FROZEN + "\n  - {model_id: again, parent: frozen, refit: true}")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=REFIT)


@pytest.fixture(scope="module")
def runs(project):
    return {key: train_and_evaluate(project.experiments[key], project) for key in ("small", "refit")}


def test_it_has_all_settings_of_its_parent_and_begins_with_its_first_weights(project):
    parent, refit = (Job(project.experiments[key], 0, project) for key in ("small", "refit"))
    names = {"model_id", "key", "parent", "refit", "note"}
    assert refit.experiment.model_dump(exclude=names) == parent.experiment.model_dump(exclude=names)
    for mine, theirs in zip(*(build_setup(job).model.get_weights() for job in (refit, parent)), strict=True):
        assert mine.shape == theirs.shape
    assert refit.start is None


def test_it_is_trained_on_the_images_of_training_and_of_validation(project, runs):
    images = pd.concat([project.train, project.val])["filepath"]
    assert sorted(Job(project.experiments["refit"], 0, project).train["filepath"]) == sorted(images)
    assert (runs["refit"].result.train_images, runs["refit"].result.val_images) == (len(images), 0)
    assert len(images) > runs["small"].result.train_images


def test_nothing_is_said_of_its_validation(runs):
    result, history = runs["refit"].result, runs["refit"].history
    assert np.isnan([result.val_accuracy, result.val_loss]).all()
    assert history[["val_accuracy", "val_loss"]].isna().all(axis=None)
    assert (result.refit, result.parent, result.epochs, result.diverged) == ("train+val", "small", 3, "")
    assert result.accuracy > 0


def test_its_temperature_is_that_of_its_parent(runs):
    parent, refit = (fit_temperature(runs[key].val_predictions) for key in ("small", "refit"))
    assert parent == refit


def test_its_averages_are_what_is_saved(project, runs):
    model = keras.saving.load_model(runs["refit"].model)
    job = Job(project.experiments["refit"], 0, project)
    setup = build_setup(job)
    setup.model.set_weights(model.get_weights())
    table = next(iter(setup.batches(project.test, shuffle=False)))
    np.testing.assert_allclose(runs["refit"].predictions.filter(like="p:")[:len(table[0])],
                               model.predict_on_batch(table[0]), atol=1e-5)


def test_it_is_never_the_best(project, runs, capsys):
    both = [runs["refit"], runs["small"]]
    assert best(both) == runs["small"]
    assert best_per_experiment(both) == [runs["small"], runs["refit"]]
    train_all((project.experiments["refit"],), project)
    assert "refit: no validation accuracy (a refit), test accuracy" in capsys.readouterr().out


def test_an_interrupted_refit_goes_on(project, runs, tmp_path, monkeypatch):
    other = copy_of(project, tmp_path)
    shutil.rmtree(other.paths.models / runs["refit"].id)
    train_until_a_power_cut(monkeypatch, other, "refit")
    again = train_and_evaluate(other.experiments["refit"], other)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), runs["refit"].history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(again.predictions.drop(columns="filepath"),
                                  runs["refit"].predictions.drop(columns="filepath"))


def test_with_early_stopping_it_has_the_epochs_of_the_saved_weights(make_project):
    # A rate at which the loss soon rises.
    project = make_project(edit=(REFIT[0], REFIT[1].replace("0.02, epochs: 3", "0.9, patience: 2, epochs: 20")))
    parent, refit = (train_and_evaluate(project.experiments[key], project) for key in ("small", "refit"))
    lowest = int(parent.history["val_loss"].idxmin()) + 1
    assert len(refit.history) == lowest < len(parent.history)


def test_a_refit_of_a_frozen_backbone_is_a_head_on_the_same_features(make_project):
    project = make_project(edit=FROZEN_REFIT)
    parent, refit = (train_and_evaluate(project.experiments[key], project) for key in ("frozen", "again"))
    assert refit.recipe["features"] == parent.recipe["features"]
    assert refit.result.train_images == parent.result.train_images + parent.result.val_images
