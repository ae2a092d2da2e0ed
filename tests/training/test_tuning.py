"""Tuned backbones: what is frozen in front of the tuned layers runs once."""

import shutil
import sys
from types import ModuleType

import keras
import numpy as np
import pytest

from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.networks import backbones
from auxiliary.networks.backbone import Backbone, Rescale
from auxiliary.networks.build import build_transfer
from auxiliary.training import tuning
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.tuning import frozen_part_once
from tests.interruption import train_until_a_power_cut

# With the last three layers tuned it is cut at `relu`, so that the frozen `second` belongs to the rest.
BRANCHED = """\
  - {model_id: branched, backbone: Branched, weights: random, image_size: 32, head: gap | dense(4), tune_last: 3,
     learning_rate: 0.01, epochs: 2, optimizer: sgd(0.9)}
"""


def build_branched(include_top, weights, input_shape):
    images = keras.Input(input_shape)
    first = keras.layers.BatchNormalization(name="norm")(keras.layers.Conv2D(8, 8, strides=8, name="first")(images))
    x = keras.layers.ReLU(name="relu")(first)
    x = keras.layers.Add(name="add")([x, keras.layers.Conv2D(8, 3, padding="same", name="second")(x)])
    x = keras.layers.BatchNormalization(name="last_norm")(keras.layers.Conv2D(16, 3, name="third")(x))
    return keras.Model(images, x)


@pytest.fixture(scope="module", autouse=True)
def branched_backbone():
    module = ModuleType("branched_backbone")
    module.build = build_branched
    record = Backbone("Branched", "for tests", 0.0, 224, 16, 1, 1, 8, Rescale(1 / 255, 0.0), "branched_backbone:build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "branched_backbone", module)
        patch.setitem(backbones.BACKBONES, "Branched", record)
        yield


@pytest.fixture
def no_space(monkeypatch):
    """The disk has no space for outputs of frozen layers."""
    monkeypatch.setattr(tuning, "SHARE", 0)


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=("transfer:\n", "transfer:\n" + BRANCHED))


@pytest.fixture(scope="module")
def branched(project):
    return train_and_evaluate(project.experiments["branched"], project)


def weights_of(run) -> list[np.ndarray]:
    return keras.saving.load_model(run.model).get_weights()


def kept(project) -> list[str]:
    return sorted(file.name for file in project.paths.activations.glob("*"))


def test_the_figures_are_those_of_the_whole_network(make_project, branched, no_space, capsys):
    project = make_project(edit=("transfer:\n", "transfer:\n" + BRANCHED))
    whole = train_and_evaluate(project.experiments["branched"], project)
    said = capsys.readouterr().out
    assert "branched: all layers of Branched run in every epoch, because the cached outputs of relu " in said
    assert "more than a third of the" in said and kept(project) == []
    assert len(branched.history) == 2
    for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
        np.testing.assert_allclose(branched.history[name], whole.history[name], rtol=1e-4)
    np.testing.assert_allclose(branched.predictions.filter(like="p:"), whole.predictions.filter(like="p:"), atol=1e-4)
    for one, other in zip(weights_of(branched), weights_of(whole), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    assert whole.result.views == 0
    assert branched.result.trainable_parameters == whole.result.trainable_parameters == 1283


def test_outputs_of_each_image_are_cached_once(project, branched):
    assert len(kept(project)) == 3
    assert all(name.startswith("Branched-relu-32-") for name in kept(project))
    assert branched.result.views == 0


def test_the_saved_network_is_whole_and_its_last_layers_were_tuned(project, branched):
    model = keras.saving.load_model(branched.model)
    images = np.concatenate([batch for batch, _ in mk_tf_dataset(
        project.test, shuffle=False, image_size=32).as_numpy_iterator()])
    np.testing.assert_allclose(branched.predictions.filter(like="p:"), model.predict_on_batch(images), atol=1e-5)
    keras.utils.set_random_seed(0)
    fresh = build_transfer(project.experiments["branched"], 3, weights=None).backbones[0]
    changed = {weight.path for weight, now in zip(
        fresh.weights, model.get_layer("backbone").layer.get_weights(), strict=True)
        if not np.array_equal(weight.numpy(), now)}
    assert changed == {f"{layer}/{name}" for layer, names in (
        ("third", ("kernel", "bias")), ("last_norm", ("gamma", "beta"))) for name in names}


def test_a_tuned_run_has_as_many_versions_of_its_training_images_as_it_has_views(make_project):
    project = make_project(augment="flip | zoom(0.3)", epochs=3, edit=("tune_last: 1,", "tune_last: 1, views: 2,"))
    run = train_and_evaluate(project.experiments["tuned"], project)
    assert run.result.views == 2
    assert len(kept(project)) == 2 + 2
    # It takes augmented images only where its own line asks for them.
    assert Job(project.experiments["frozen"], 0, project).run.result.views == 0


@pytest.mark.parametrize(("changed", "because"), [
    ({"augment": "flip | mixup(0.2)"}, "`augment` mixes images"),
    ({"backbone": "MobileNetV2_035", "tune_last": 150},
     "the output of Conv1_relu, the last frozen layer that can be cached, is no smaller"),
    ({"tune_last": "all"}, ""), ({"epochs": 0}, "")], ids=["mixed", "large", "all", "no epochs"])
def test_where_the_whole_network_runs_it_is_said_why(project, capsys, changed, because):
    experiment = project.experiments["branched"].model_copy(update=changed)
    assert frozen_part_once(Job(experiment, 0, project), build_transfer(experiment, 3, weights=None)) is None
    said = capsys.readouterr().out
    assert because in said and bool(said) == bool(because)


def test_another_experiment_uses_what_is_cached(project, branched, make_project, monkeypatch):
    faster = BRANCHED.replace("model_id: branched", "model_id: faster").replace("0.01, epochs: 2", "0.02, epochs: 1")
    other = make_project(root=project.paths.root, edit=("transfer:\n", "transfer:\n" + faster))
    before = kept(project)
    # Not even a full disk matters then.
    monkeypatch.setattr(tuning, "SHARE", 0)
    train_and_evaluate(other.experiments["faster"], other)
    assert kept(other) == before


@pytest.mark.parametrize("lost", [True, False], ids=["without space", "damaged"])
def test_an_interrupted_run_never_goes_on_in_the_other_way(make_project, monkeypatch, capsys, lost):
    project = make_project(edit=("transfer:\n", "transfer:\n" + BRANCHED), augment="flip")
    train_until_a_power_cut(monkeypatch, project, "branched")
    for file in project.paths.activations.iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    if lost:
        shutil.rmtree(project.paths.activations)
        monkeypatch.setattr(tuning, "SHARE", 0)
    capsys.readouterr()
    run = train_and_evaluate(project.experiments["branched"], project)
    said = capsys.readouterr().out
    assert ("because these have changed: features" if lost else "goes on after epoch 1 of 2") in said
    # Four views, but no more than epochs.
    assert run.result.views == (0 if lost else 2)
