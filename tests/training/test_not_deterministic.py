"""`deterministic: false`: the row says so, a GPU may use XLA, and `reproduce` compares within a tolerance."""

from types import SimpleNamespace

import keras
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism, enable_op_determinism

from auxiliary.commands.reproduce import reproduce_run
from auxiliary.networks.build import build_transfer
from auxiliary.runs.results_csv import read_results
from auxiliary.training.features import FeatureExtractor
from auxiliary.training.train import train_and_evaluate


@pytest.fixture(scope="module", autouse=True)
def deterministic_again():
    yield
    enable_op_determinism()


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(deterministic=False)


@pytest.fixture(scope="module")
def run(project):
    """The child of a run; both were trained."""
    return train_and_evaluate(project.experiments["small_on"], project)


def test_the_recipe_and_the_row_say_so(run, project, make_project):
    assert run.recipe["experiment"]["deterministic"] is False
    assert run.result.deterministic == "no"
    rows = read_results(project.paths.results)
    assert rows["deterministic"].tolist() == ["no", "no"]
    usual = make_project()
    assert train_and_evaluate(usual.experiments["untrained"], usual).result.deterministic == ""


def test_it_is_reproduced_within_a_tolerance(run, project, capsys):
    reproduce_run(str(run.folder), project.paths.root)
    assert "agree as far as those of a run that is not deterministic do" in capsys.readouterr().out


def test_features_are_not_shared_with_deterministic_runs(project):
    experiment = project.experiments["frozen"]
    keras.utils.set_random_seed(0)
    model = build_transfer(experiment, classes=3, weights=None).features
    enable_op_determinism()
    first = FeatureExtractor(model).fingerprint
    disable_op_determinism()
    assert FeatureExtractor(model).fingerprint != first
    enable_op_determinism()
    assert FeatureExtractor(model).fingerprint == first


def test_a_gpu_may_use_xla(monkeypatch):
    """With a stand-in for the list of devices, by which Keras decides."""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda *_: [SimpleNamespace(device_type="GPU")])
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    used = []
    for choose in (enable_op_determinism, disable_op_determinism, enable_op_determinism):
        choose()
        model.compile("sgd", "mse")
        used.append(model.jit_compile)
    assert used == [False, True, False]
