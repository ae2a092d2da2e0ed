"""Runs with presets of KerasHub: frozen, tuned, predicted with after they are read back, exported."""

import importlib.util
import shutil
import sys

import numpy as np
import pytest

from auxiliary.commands.export import export_run
from auxiliary.core.errors import UserError
from auxiliary.deploy.export.formats import FORMATS
from auxiliary.deploy.file_predictions import predict_files
from auxiliary.deploy.image_paths import ImagePath
from auxiliary.deploy.load import load_predictor
from auxiliary.training.identity import fingerprint
from auxiliary.training.train import train_and_evaluate
from tests.colours import colours_profile, open_text
from tests.hub import SIDE, needs_hub, save_preset

pytestmark = needs_hub
EXPERIMENTS = (
    "{{model_id: joined, backbone: [{vit}, {resnet}], head: logistic}}",
    "{{model_id: frozen, backbone: {vit}, head: gap | dense(4), learning_rate: 0.01, epochs: 2}}",
    "{{model_id: all, parent: frozen, tune_last: all, learning_rate: 0.001, epochs: 1}}",
    "{{model_id: last, backbone: {resnet}, weights: random, head: gap, tune_last: 3, learning_rate: 0.01, epochs: 1}}")


@pytest.fixture(scope="module")
def project(colours, divide, tmp_path_factory):
    """A project with two presets in folders of its root."""
    root = tmp_path_factory.mktemp("root")
    names = {kind: save_preset(kind, root / kind) for kind in ("vit", "resnet")}
    transfer = [experiment.format(**names) for experiment in EXPERIMENTS]
    return divide(open_text(colours_profile(colours, (), transfer, SIDE), root))


@pytest.fixture(scope="module")
def runs(project):
    """The finished runs, by their key."""
    return {key: train_and_evaluate(experiment, project) for key, experiment in project.experiments.items()}


def test_runs_learn_the_colours(runs):
    assert runs["joined"].result.accuracy > 0.9
    assert all(np.isfinite(run.result.test_loss) for run in runs.values())
    assert runs["frozen"].recipe["versions"]["keras-hub"]
    frozen, tuned = runs["frozen"].result, runs["all"].result
    assert frozen.parameters == tuned.parameters == tuned.trainable_parameters > frozen.trainable_parameters


def test_features_are_cached_under_names_without_a_path(runs, project):
    names = {path.name.partition(f"-{SIDE}-")[0] for path in project.paths.features.glob("*.features")}
    assert names == {"hub-vit", "hub-resnet"}


@pytest.mark.parametrize("key", ["joined", "all"])
def test_a_run_predicts_the_same_without_its_preset(runs, key, tmp_path, monkeypatch):
    run = runs[key]
    # Nothing of KerasHub's weights is read again.
    monkeypatch.setattr("auxiliary.networks.hub_files.read_preset", None)
    table = run.predictions
    files = [ImagePath(path) for path in table["filepath"]]
    predictor = load_predictor(run)
    predicted, = predict_files(predictor, [files], "")
    assert [predictor.categories[np.argmax(each.probabilities)] for each in predicted] == list(table["predicted"])


def test_a_run_says_what_it_needs_where_keras_hub_is_missing(runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(UserError, match=r"needs the package keras_hub: install it with .* -e '.\[hub\]'"):
        load_predictor(runs["frozen"])


def test_another_file_of_weights_is_another_run(project, tmp_path):
    experiment, folder = project.experiments["frozen"], tmp_path / "vit"
    shutil.copytree(project.paths.root / "vit", folder)
    moved = experiment.model_copy(update={"backbone": f"hub:{folder}"})
    before = fingerprint(moved, 0, project)
    assert fingerprint(moved, 0, project) == before
    weights = folder / "model.weights.h5"
    weights.write_bytes(weights.read_bytes() + b"more")
    assert fingerprint(moved, 0, project) != before
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="holds no preset of KerasHub"):
        fingerprint(moved, 0, project)


@pytest.mark.parametrize(("key", "form"), [("last", "onnx"), ("all", "litert")])
def test_a_run_is_exported(runs, project, key, form, tmp_path, capsys):
    if missing := [package for package in FORMATS[form].packages if importlib.util.find_spec(package) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    export_run(key, form, tmp_path / f"out{FORMATS[form].suffix}", project.paths.root)
    assert "predicts the classes of the run's network in float32 for all" in capsys.readouterr().out


def test_a_keras_file_that_needs_keras_hub_is_not_exported(runs, project, tmp_path):
    with pytest.raises(UserError, match="could be read only where KerasHub is installed"):
        export_run("all", "keras", tmp_path / "out.keras", project.paths.root)
