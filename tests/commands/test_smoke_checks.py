"""Faults planted in the models and figures of finished runs, each of which must be noticed.

The checks of `smoke_figures` are tested here too, because their runs take time to train.
"""

import shutil
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.commands import smoke_checks as checks
from auxiliary.commands.smoke_checks import check_runs
from auxiliary.commands.smoke_figures import figure_problems
from auxiliary.training.job import Job
from auxiliary.training.setup import build_setup


def problems(project) -> dict[str, str]:
    """The problems of each experiment in one text; experiments without any are left out."""
    return {experiment.key: "\n".join(found) for experiment, found in check_runs(project) if found}


def spoil(project, key, change) -> None:
    """Load the saved model of an experiment, change it, and save it again as training would."""
    run = Job(project.experiments[key], 0, project).run
    model = keras.models.load_model(run.model)
    change(model)
    model.save(run.model_file)
    run.finish(run.result)


def shift(layer, weight) -> None:
    variable = next(variable for variable in layer.weights if variable.name == weight)
    variable.assign(variable + 0.5)


def test_intact_runs_have_no_problems(trained):
    assert problems(trained) == {}


def test_an_experiment_that_was_not_trained(copy_of):
    project = copy_of("small")
    (Job(project.experiments["small"], 0, project).run.folder / "result.json").unlink()
    assert problems(project) == {"small": "it was not trained"}


def test_predictions_that_were_edited(copy_of):
    project = copy_of("small")
    run = Job(project.experiments["small"], 0, project).run
    table = run.predictions
    a, b = (table[["p:red", "p:green"]].to_numpy() * [1, 0.9]).T
    run.save_predictions("test", table.assign(**{"p:green": b, "p:red": a + table["p:green"] - b}))
    assert problems(project)["small"].startswith(f"{run.folder / 'predictions-test.csv'} was changed since training: ")
    run.finish(run.result)
    assert "read back, its model gives other predictions" in problems(project)["small"]


def test_predictions_are_of_augmented_views_where_the_experiment_says_so(copy_of):
    project = copy_of("small", "small_on")
    small, plain = project.experiments["small"], project.experiments["small_on"].model_copy(update={"tta": ""})
    shutil.copytree(Job(project.experiments["small_on"], 0, project).run.folder, Job(plain, 0, project).run.folder)
    otherwise = replace(project, profile=project.profile.model_copy(update={"scratch": (small, plain)}))
    assert list(problems(project)) == []
    assert "read back, its model gives other predictions" in problems(otherwise)["small_on"]


def test_a_child_that_is_built_without_its_parents_weights(copy_of, monkeypatch):
    def without_parent(job):
        return build_setup(replace(job, experiment=job.experiment.model_copy(update={"parent": None})))

    monkeypatch.setattr(checks, "build_setup", without_parent)
    assert "does not start from the weights of its parent 'small', but from others in conv1, " in (
        problems(copy_of("small", "small_on"))["small_on"])


def test_a_model_that_was_swapped_for_another(copy_of):
    project = copy_of("small", "small_on", "untrained")
    small, other = (Job(project.experiments[key], 0, project).run for key in ("small", "untrained"))
    shutil.copyfile(other.model, small.model_file)
    small.finish(small.result)
    found = problems(project)
    assert "read back, its model gives other predictions" in found["small"]
    # Both start from the same seed.
    assert "training has changed nothing in the layers of its own" in found["small"]


def test_a_model_of_another_network(copy_of):
    project = copy_of("small", "small_on")
    run = Job(project.experiments["small"], 0, project).run
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(3)]).save(run.model_file)
    run.finish(run.result)
    found = problems(project)
    assert "its saved model has other layers than the experiment describes: images" in found["small"]
    assert "cannot be built and read back" in found["small_on"]


def test_a_file_that_is_no_model(copy_of):
    project = copy_of("small", "small_on")
    run = Job(project.experiments["small"], 0, project).run
    run.model_file.write_bytes(b"half a file")
    run.finish(run.result)
    found = problems(project)
    assert "its model cannot be built and read back: ValueError" in found["small"]
    assert "its parent 'small' cannot be read back" in found["small_on"]


def test_an_untrained_experiment_that_was_trained(copy_of):
    project = copy_of("untrained")
    spoil(project, "untrained", lambda model: shift(model.layers[-1], "bias"))
    assert "1 of 6 layers that must not train have changed: probabilities" in problems(project)["untrained"]


def test_frozen_layers_that_were_trained(copy_of):
    project = copy_of("frozen", "tuned")
    spoil(project, "frozen", lambda model: shift(model.get_layer("backbone").layer.get_layer("conv"), "kernel"))
    spoil(project, "tuned", lambda model: shift(model.get_layer("backbone").layer.get_layer("norm"), "moving_mean"))
    found = problems(project)
    assert "1 of 3 layers that must not train have changed: backbone/conv" in found["frozen"]
    # The child's first layer is no longer its parent's, which is the parent's fault, and its averages have moved.
    assert "layers that must not train have changed: backbone/conv" in found["tuned"]
    assert "averages of batch norm have changed" in found["tuned"]


@pytest.fixture
def spoil_figures(copy_of):
    """Changes a run's history, result and predictions, and returns the problems that are found."""
    project = copy_of()

    def problems(key, history=None, result=None, predictions=None):
        job = Job(project.experiments[key], 0, project)
        run = job.run
        spoilt = run.result.model_copy(update=result or {})
        if history:
            run.save_history(run.history.pipe(history))
        if predictions:
            run.save_predictions("test", run.predictions.pipe(predictions))
        # As if training had written it.
        run.finish(spoilt)
        return figure_problems(job)

    return problems


@pytest.mark.parametrize("key", ["small", "small_on", "untrained", "frozen", "tuned"])
def test_figures_of_an_intact_run(spoil_figures, key):
    assert spoil_figures(key) == []


@pytest.mark.parametrize(("column", "value"), [
    ("loss", np.nan), ("val_loss", np.inf), ("accuracy", 1.5), ("val_accuracy", -0.1), ("val_accuracy", np.nan)])
def test_a_figure_that_cannot_be(spoil_figures, column, value):
    assert spoil_figures("small", lambda table: table.assign(**{column: value})) == [
        f"in epoch 1 its {column} is {value:g}"]


def test_a_result_that_cannot_be(spoil_figures):
    assert spoil_figures("small", result={"test_loss": np.nan}) == ["its result's test_loss is nan"]


def test_epochs_that_were_not_trained(spoil_figures):
    assert spoil_figures("small", lambda table: table.head(0)) == ["it should have 1 epochs, and has 0"]
    epoch = pd.DataFrame([{"epoch": 1, "loss": 1, "accuracy": 1, "val_loss": 1, "val_accuracy": 1, "phase": "own"}])
    assert spoil_figures("untrained", lambda _: epoch) == ["it should have 0 epochs, and has 1"]


def test_a_child_that_goes_on_from_something_else(spoil_figures):
    problem = ["its history does not begin with that of its parent"]
    assert (
        spoil_figures("tuned", lambda table: table.assign(loss=table["loss"] + (table["phase"] == "parent"))) == problem
    )
    assert spoil_figures("small_on", lambda table: table[table["phase"] == "own"]) == problem
    assert spoil_figures("small", lambda table: table.assign(phase="parent")) == [
        "it should have 1 epochs, and has 0", *problem]


def test_predictions_that_disagree_with_themselves(spoil_figures):
    def other(table):
        table.loc[0, "predicted"] = next(name for name in ("red", "blue") if name != table.loc[0, "predicted"])
        return table

    found = spoil_figures("small", predictions=other)
    assert found[0] == "1 of 6 test images have a predicted class that is not the one of the highest probability"
    assert spoil_figures("frozen", predictions=lambda table: table.assign(**{"p:red": 0.9})) == [
        "the probabilities of 6 of 6 test images do not add up to 1"]


def test_an_accuracy_that_is_not_that_of_the_predictions(spoil_figures):
    found = spoil_figures("small", result={"accuracy": 0.123})
    assert len(found) == 1 and found[0].startswith("its accuracy is 0.123, but that of its predictions is ")
