"""Test-time augmentation: a child without epochs that asks its parent's network about several views."""

import keras
import numpy as np
import pytest

from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.training.train import find_run, train_and_evaluate

VIEWS = """\
  - {model_id: views, parent: small, learning_rate: 0.01, epochs: 0, tta: 3, augment: flip | shift(0.3)}
transfer:"""
FROZEN_VIEWS = "  - {model_id: frozen_views, parent: frozen, learning_rate: 0.01, epochs: 0, tta: 2, augment: flip}\n"


@pytest.fixture(scope="module")
def lab(make_lab):
    return make_lab(edit=("transfer:", VIEWS))


@pytest.fixture(scope="module")
def views(lab):
    return train_and_evaluate(lab.all_rows["views"], lab)


def probabilities(run) -> np.ndarray:
    return run.predictions.filter(like="p:").to_numpy()


def test_it_is_the_mean_over_augmented_views(lab, views):
    model = keras.saving.load_model(find_run(lab.all_rows["small"], lab, 0).model)
    said = []
    for view in range(3):
        pictures = mk_tf_dataset(lab.test, shuffle=False, augment="flip | shift(0.3)", batch_size=8, first_epoch=view)
        said.append(np.concatenate([model.predict_on_batch(batch) for batch, _ in pictures]))
    assert np.abs(said[0] - said[1]).max() > 1e-3
    np.testing.assert_allclose(probabilities(views), np.mean(said, axis=0), atol=1e-6)


def test_it_changes_what_is_said_but_trains_nothing(lab, views):
    parent = find_run(lab.all_rows["small"], lab, 0)
    assert np.abs(probabilities(views) - probabilities(parent)).max() > 1e-4
    assert (views.result.tta, views.result.epochs, views.result.epochs_total) == (3, 0, 2)
    weights = [keras.saving.load_model(run.model).get_weights() for run in (views, parent)]
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_same_seed_gives_the_same_views(lab, make_lab, views):
    again = train_and_evaluate(lab.all_rows["views"], make_lab(edit=("transfer:", VIEWS)))
    np.testing.assert_array_equal(probabilities(again), probabilities(views))


def test_a_frozen_backbone_sees_the_views_too(make_lab):
    lab = make_lab(edit=("  - {model_id: tuned", FROZEN_VIEWS + "  - {model_id: tuned"))
    run = train_and_evaluate(lab.all_rows["frozen_views"], lab)
    assert np.abs(probabilities(run) - probabilities(find_run(lab.all_rows["frozen"], lab, 0))).max() > 1e-5
