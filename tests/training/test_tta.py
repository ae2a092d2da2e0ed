"""Test-time augmentation: an experiment without epochs that predicts several views with its parent's network."""

import shutil

import keras
import numpy as np
import pytest

from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate
from tests.training.conftest import copy_of

VIEWS = """\
  - {model_id: views, parent: small, learning_rate: 0.01, epochs: 0, tta: augmented(3), augment: flip | shift(0.3)}
transfer:"""
FROZEN_VIEWS = """\
  - {model_id: frozen_views, parent: frozen, learning_rate: 0.01, epochs: 0, tta: augmented(2), augment: flip}
"""


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=("transfer:", VIEWS))


@pytest.fixture(scope="module")
def views(project):
    return train_and_evaluate(project.experiments["views"], project)


def probabilities(run) -> np.ndarray:
    return run.predictions.filter(like="p:").to_numpy()


def test_it_is_the_mean_over_augmented_views(project, views):
    model = keras.saving.load_model(Job(project.experiments["small"], 0, project).run.model)
    predictions = []
    for view in range(3):
        images = mk_tf_dataset(project.test, shuffle=False, augment="flip | shift(0.3)", batch_size=8, first_epoch=view)
        predictions.append(np.concatenate([model.predict_on_batch(batch) for batch, _ in images]))
    assert np.abs(predictions[0] - predictions[1]).max() > 1e-3
    np.testing.assert_allclose(probabilities(views), np.mean(predictions, axis=0), atol=1e-6)


@pytest.mark.usefixtures("views")
def test_a_mirror_image_counts_as_much_as_the_image(make_project, project, tmp_path):
    mirrored = VIEWS.replace("tta: augmented(3), augment: flip | shift(0.3)", "tta: mirror")
    project = make_project(copy_of(project, tmp_path).paths.root, edit=("transfer:", mirrored))
    run = train_and_evaluate(project.experiments["views"], project)
    model = keras.saving.load_model(Job(project.experiments["small"], 0, project).run.model)
    images = np.concatenate([batch for batch, _ in mk_tf_dataset(project.test, shuffle=False).as_numpy_iterator()])
    both = [model.predict_on_batch(view) for view in (images, images[:, :, ::-1])]
    np.testing.assert_allclose(probabilities(run), np.mean(both, axis=0), atol=1e-6)


def test_it_changes_predictions_but_trains_nothing(project, views):
    parent = Job(project.experiments["small"], 0, project).run
    assert np.abs(probabilities(views) - probabilities(parent)).max() > 1e-4
    assert (views.result.tta, views.result.epochs, views.result.epochs_total) == ("augmented(3)", 0, 2)
    weights = [keras.saving.load_model(run.model).get_weights() for run in (views, parent)]
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_same_seed_gives_the_same_views(project, views, tmp_path):
    copy = copy_of(project, tmp_path)
    shutil.rmtree(copy.paths.models / views.id)
    again = train_and_evaluate(copy.experiments["views"], copy)
    np.testing.assert_array_equal(probabilities(again), probabilities(views))


def test_a_frozen_backbone_sees_the_views_too(make_project):
    project = make_project(edit=("  - {model_id: tuned", FROZEN_VIEWS + "  - {model_id: tuned"))
    run = train_and_evaluate(project.experiments["frozen_views"], project)
    assert np.abs(probabilities(run) - probabilities(Job(project.experiments["frozen"], 0, project).run)).max() > 1e-5
