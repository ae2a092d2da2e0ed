"""A network that is no number: training stops, the run is finished without an accuracy, and the others go on."""

from math import inf, isnan, nan
from unittest.mock import Mock

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import Diverged, UserError
from auxiliary.project.best_so_far import best_so_far
from auxiliary.runs.named import find_best, find_finished, find_finished_or_best, find_network
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import best, histories_of
from auxiliary.training import trainer
from auxiliary.training.divergence import (
    StopAtDivergence,
    divergence_in,
    divergence_of,
    without_divergence,
)
from auxiliary.training.fit import CheckpointWriter
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.outcome import check_converged
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all

# At this rate the first step makes the weights infinite.
HUGE = ("model_id: small, learning_rate: 0.02", "model_id: small, optimizer: sgd, learning_rate: 1.0e+30")
FIGURES = ["acc_train", "accuracy", "val_accuracy", "train_loss", "val_loss", "test_loss", "macro_f1", "accuracy_low",
           "accuracy_high", "accuracy_without_duplicates", "ece", "images_per_second"]


@pytest.fixture(scope="module")
def project(make_project):
    """`small` diverges, `small_on` is its child, `untrained` is fine; all are trained."""
    project = make_project(edit=HUGE)
    train_all(project.profile.scratch, project)
    return project


@pytest.fixture
def run(project):
    return Job(project.experiments["small"], 0, project).run


def test_the_run_is_finished_without_a_network_and_figures(run, project):
    assert run.finished and run.diverged == "in epoch 1"
    run.check()
    assert {path.name for path in run.folder.iterdir()} == {
        "history.csv", "layers.csv", "recipe.json", "result.json", "curves.png", "curves.svg"}
    result = run.result
    assert all(isnan(getattr(result, name)) for name in FIGURES)
    assert (result.epochs, result.val_images, result.test_images) == (1, len(project.val), len(project.test))
    assert run.history[["accuracy", "loss", "val_accuracy", "val_loss"]].isna().all(axis=None)


def test_its_row_says_so_and_claims_nothing(run, project):
    row = read_results(project.paths.results).set_index("key").loc["small"]
    assert row["diverged"] == "in epoch 1" and row[FIGURES].isna().all()
    assert row["run_id"] == run.result.run_id


def test_its_children_are_not_trained_and_the_others_are(project, capsys):
    runs = train_all(project.profile.scratch, project)
    assert [run.result.key for run in runs] == ["small", "untrained"]
    lines = capsys.readouterr().out.splitlines()
    assert "diverged in epoch 1, so it has no accuracy (read back)" in lines[0]
    assert "small_on is not trained, because its parent small diverged" in lines[1]
    assert not Job(project.experiments["small_on"], 0, project).run.begun
    with pytest.raises(Diverged, match="small_on is not trained"):
        train_and_evaluate(project.experiments["small_on"], project)


def test_it_is_never_the_best(project, run):
    runs = train_all(project.profile.scratch, project)
    for found in (best(runs), best_so_far(project), find_best(project.paths.root)):
        assert found.result.key == "untrained"
    assert list(histories_of(runs)) == ["untrained"]
    with pytest.raises(Diverged, match="every experiment diverged"):
        best([run])


@pytest.mark.parametrize("find", [find_network, find_finished_or_best])
def test_its_network_is_refused_by_name(project, run, find):
    assert find_finished("small", project.paths.root) == run
    with pytest.raises(Diverged, match=f"^{run.id} diverged in epoch 1, so it has no network: lower its learning_rate"):
        find("small", project.paths.root)
    for read in (lambda: run.model, lambda: run.predictions, lambda: run.val_predictions):
        with pytest.raises(Diverged, match="has no network"):
            read()


def test_the_end_of_a_command_names_them(project):
    with pytest.raises(Diverged) as caught:
        check_converged(jobs_of(project.profile.scratch, project))
    assert "claimed for them: small (in epoch 1); lower" in str(caught.value)
    assert str(caught.value).endswith("because a parent or member diverged: small_on")
    check_converged(jobs_of([project.experiments["untrained"]], project))


def test_where_all_diverged_there_is_nothing_to_compare(project):
    with pytest.raises(Diverged, match="every experiment diverged"):
        train_all(project.profile.scratch[:2], project)


def test_a_run_that_diverges_under_early_stopping_diverged(make_project, monkeypatch):
    # From the second epoch on, after the first has set weights that could be restored.
    start = StopAtDivergence.on_epoch_begin
    monkeypatch.setattr(StopAtDivergence, "on_epoch_begin", lambda self, epoch, logs=None: (
        start(self, epoch, logs), epoch == 1 and self.model.optimizer.learning_rate.assign(1e30)))
    project = make_project(optimizer="sgd", patience=1, epochs=4)
    run = train_and_evaluate(project.experiments["small"], project)
    assert run.diverged == "in epoch 2"
    assert run.history["val_loss"].isna().tolist() == [False, True]
    assert isnan(run.result.val_accuracy) and run.result.epochs == 2


def test_a_frozen_backbone_diverges_too(make_project):
    project = make_project(edit=("head: gap | dense(4), learning_rate: 0.01",
                                 "head: gap | dense(4), optimizer: sgd, learning_rate: 1.0e+35"))
    with pytest.raises(Diverged, match="tuned is not trained, because its parent frozen diverged"):
        train_and_evaluate(project.experiments["tuned"], project)


def test_interrupted_before_its_end_it_trains_no_more(make_project, monkeypatch):
    save = CheckpointWriter.on_epoch_end

    def cut(self, epoch, logs=None):
        save(self, epoch, logs)
        raise InterruptedError

    project = make_project(edit=HUGE)
    with monkeypatch.context() as patch, pytest.raises(InterruptedError):
        patch.setattr(CheckpointWriter, "on_epoch_end", cut)
        train_and_evaluate(project.experiments["small"], project)
    run = train_and_evaluate(project.experiments["small"], project)
    assert (run.diverged, run.result.epochs) == ("in epoch 1", 1)


def test_a_prediction_that_is_no_number_diverged(make_project, monkeypatch):
    predict = trainer._predict

    def with_nan(job, setup):
        tables = predict(job, setup)
        tables["test"].loc[2, "p:red"] = nan
        return tables

    monkeypatch.setattr(trainer, "_predict", with_nan)
    project = make_project()
    run = train_and_evaluate(project.experiments["untrained"], project)
    assert run.diverged == "in its predictions" and isnan(run.result.accuracy)
    with pytest.raises(UserError, match="diverged in its predictions"):
        run.check_converged()


@pytest.mark.parametrize(("loss", "stops"), [(0.7, False), (nan, True), (inf, True), (3e38, False)])
def test_the_first_batch_whose_loss_is_not_finite_ends_training(loss, stops):
    callback = StopAtDivergence()
    callback.set_model(Mock(stop_training=False))
    callback.on_train_batch_end(0, {"loss": 0.7})
    callback.on_train_batch_end(1, {"loss": loss})
    assert callback.model.stop_training is stops


@pytest.mark.parametrize(("loss", "val_loss", "kept"), [
    (0.7, 0.8, ["accuracy", "loss", "val_accuracy", "val_loss"]), (0.7, nan, ["accuracy", "loss"]), (inf, 0.8, [])])
def test_figures_of_an_epoch_that_diverged_are_not_kept(loss, val_loss, kept):
    logs = {"accuracy": 0.5, "loss": loss, "val_accuracy": 0.5, "val_loss": val_loss}
    figures = without_divergence(logs)
    assert [name for name, value in figures.items() if not isnan(value)] == kept
    history = pd.DataFrame([{"epoch": 1, "loss": 1.0, "val_loss": 1.0}, {"epoch": 2} | figures])
    assert divergence_of(history) == ("" if len(kept) == 4 else "in epoch 2")


def test_predictions_are_searched_in_all_tables():
    good, bad = pd.DataFrame({"p:a": [0.5, 0.5]}), pd.DataFrame({"p:a": [0.5, inf]})
    assert divergence_in([good, bad]) == "in its predictions"
    assert divergence_in([good]) == divergence_in([]) == ""
    assert divergence_of(pd.DataFrame({"epoch": [], "loss": [], "val_loss": []})) == ""


def test_a_step_that_float16_passes_over_is_no_divergence():
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax", dtype="float32")])
    # So large a scale makes the first gradients infinite.
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=1e38)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    inputs, labels = np.full((64, 4), 9, "float32"), np.zeros(64, "int64")
    history = model.fit(inputs, labels, batch_size=8, epochs=2, validation_data=(inputs, labels), verbose=0,
                        callbacks=[StopAtDivergence()])
    assert optimizer.dynamic_scale < 1e38
    assert len(history.history["loss"]) == 2
