"""A network that begins with `whiten` gets its filters from training images, once."""

import keras
import numpy as np
import pytest

from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.networks.whitening import whiten
from auxiliary.training.job import Job
from auxiliary.training.setup import build_setup
from auxiliary.training.train import train_and_evaluate
from tests.interruption import train_until_a_power_cut

WHITENING = ("net: conv(4) | gap | dropout(0.2)", "net: whiten | act(relu) | conv(4) | gap")


def filters(model: keras.Model) -> np.ndarray:
    return model.get_layer("whiten1").get_weights()[0]


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=WHITENING)


def test_its_filters_are_those_of_the_training_images(project):
    run = train_and_evaluate(project.experiments["small"], project)
    job = Job(project.experiments["small"], 0, project)
    by_hand = build_setup(job).model
    assert not filters(by_hand).any()
    images = np.concatenate([batch for batch, _ in mk_tf_dataset(job.train, shuffle=False).as_numpy_iterator()])
    whiten(by_hand, images)
    np.testing.assert_allclose(filters(keras.saving.load_model(run.model)), filters(by_hand), rtol=1e-3, atol=1e-3)


def test_an_interrupted_run_and_a_child_keep_them(make_project, monkeypatch):
    project = make_project(edit=WHITENING)
    train_until_a_power_cut(monkeypatch, project, "small")
    # They could not be computed again.
    monkeypatch.setattr("auxiliary.training.setup.whiten", None)
    parent = train_and_evaluate(project.experiments["small"], project)
    child = train_and_evaluate(project.experiments["small_on"], project)
    np.testing.assert_array_equal(*[filters(keras.saving.load_model(run.model)) for run in (parent, child)])
