"""Progressive sizes: training at small images first, evaluation at the full size."""

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.training.fit import fit
from auxiliary.training.job import Job
from auxiliary.training.setup import build_setup
from auxiliary.training.train import train_and_evaluate
from tests.interruption import train_until_a_power_cut

GROWING = ("epochs: 2, net: conv(4) | gap | dropout(0.2), note: fast",
           "epochs: 3, net: conv(4) | batchnorm | gap, sizes: [8, 12, 16]")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=GROWING)


@pytest.fixture(scope="module")
def run(project):
    return train_and_evaluate(project.experiments["small"], project)


def experiment(epochs: int, sizes: tuple[int, ...]) -> ScratchExperiment:
    return ScratchExperiment(model_id="m", key="m", learning_rate=0.1, net="gap", epochs=epochs, sizes=sizes)


@pytest.mark.parametrize(("epochs", "sizes", "expected"), [
    (3, (8, 12, 16), (8, 12, 16)), (5, (8, 12), (8, 8, 8, 12, 12)), (2, (8, 12, 16), (8, 12)), (0, (8, 12), ()),
    (4, (8, 8, 8, 12), (8, 8, 8, 12)), (3, (), ())])
def test_each_size_has_an_equal_share_of_the_epochs(epochs, sizes, expected):
    assert experiment(epochs, sizes).size_of_epoch == expected


def test_the_saved_network_has_the_trained_weights_at_the_full_size(project, run):
    model = keras.saving.load_model(run.model)
    assert model.input_shape == (None, 16, 16, 3)
    images = np.concatenate([batch for batch, _ in mk_tf_dataset(project.test, shuffle=False).as_numpy_iterator()])
    np.testing.assert_allclose(run.predictions.filter(like="p:"), model.predict_on_batch(images), atol=1e-5)
    fresh = build_setup(Job(project.experiments["small"], 0, project)).model
    assert any(np.abs(one - other).max() > 1e-3
               for one, other in zip(model.get_weights(), fresh.get_weights(), strict=True))


def test_training_images_have_the_size_of_the_epoch_and_validation_images_the_full_one(make_project, monkeypatch):
    seen, project = [], make_project(edit=GROWING)
    job = Job(project.experiments["small"], 0, project)
    setup = build_setup(job)
    monkeypatch.setattr(type(setup.trained), "fit", lambda _, train, validation_data, **__: seen.extend(
        [{images.shape[1] for images, _ in batches} for batches in (train.take(21), validation_data)]))
    job.run.begin({})
    fit(job, setup)
    assert seen == [{8, 12, 16}, {16}]


def test_sizes_stand_in_the_table_of_results(run):
    assert (run.result.image_size, run.result.sizes, run.result.epochs) == (16, "1 x 8, 1 x 12, 1 x 16", 3)


def test_a_child_goes_on_with_the_weights_of_its_parent(project, run):
    job = Job(project.experiments["small_on"], 0, project)
    setup = build_setup(job)
    parent = keras.saving.load_model(run.model).get_weights()
    for mine, theirs in zip(setup.trained.get_weights(), parent, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_same_run_gives_the_same_figures(make_project, run):
    other = make_project(edit=GROWING)
    again = train_and_evaluate(other.experiments["small"], other)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), run.history.drop(columns="seconds"))


def test_an_interrupted_run_goes_on_at_the_size_of_its_next_epoch(make_project, run, monkeypatch):
    other = make_project(edit=GROWING)
    train_until_a_power_cut(monkeypatch, other, "small")
    again = train_and_evaluate(other.experiments["small"], other)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), run.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(again.predictions.drop(columns="filepath"), run.predictions.drop(columns="filepath"))


@pytest.mark.parametrize(("change", "named"), [
    ("sizes: [8, 32]", "image_size"), ("sizes: [8, 16], net: conv(4) | flatten", "flatten")])
def test_what_sizes_cannot_do_is_refused(make_project, change, named):
    net = "" if "net" in change else ", net: conv(4) | gap"
    with pytest.raises(UserError, match=f"(?s)experiment 'small'.*{named}"):
        make_project(edit=(GROWING[0], f"epochs: 2, {change}{net}"))
