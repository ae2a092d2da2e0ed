from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.training.loss import class_weights, make_accuracy, make_loss, takes_shares

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32")
LABELS = np.array([0, 1])


def experiment(**values) -> ScratchExperiment:
    return ScratchExperiment(model_id="m", key="m", learning_rate=0.01, epochs=2, net="gap", **values)


def test_the_loss_is_the_mean_cross_entropy():
    assert float(make_loss(experiment())(LABELS, PROBABILITIES)) == pytest.approx(-np.log([0.7, 0.1]).mean(), rel=1e-5)


def test_smoothed_labels_give_a_share_to_all_classes():
    smoothed = np.full((2, 3), 0.1) + 0.7 * np.eye(3)[LABELS]
    loss = make_loss(experiment(label_smoothing=0.3))(np.eye(3)[LABELS], PROBABILITIES)
    assert float(loss) == pytest.approx(-(smoothed * np.log(PROBABILITIES)).sum(axis=1).mean(), rel=1e-5)


@pytest.mark.parametrize("settings", [{}, {"label_smoothing": 0.3}])
def test_the_accuracy_is_the_share_of_images_told_right(settings):
    labels = np.eye(3)[LABELS] if takes_shares(experiment(**settings)) else LABELS
    assert float(make_accuracy(experiment(**settings))(labels, PROBABILITIES)) == 0.5


def job(labels: list[int], **settings) -> SimpleNamespace:
    return SimpleNamespace(experiment=experiment(**settings), train=pd.DataFrame({"label": labels}),
                           project=SimpleNamespace(categories=["a", "b", "c"]))


def test_balanced_classes_count_alike():
    labels = [0] * 6 + [1] * 3 + [2]
    weights = class_weights(job(labels, class_weight="balanced"))
    assert [weights[label] * labels.count(label) for label in range(3)] == pytest.approx([10 / 3] * 3)
    assert np.mean([weights[label] for label in labels]) == pytest.approx(1)


def test_otherwise_all_images_count_alike():
    assert class_weights(job([0, 0, 1, 2])) is None


@pytest.mark.parametrize(("settings", "shares"), [
    ({}, False), ({"augment": "flip"}, False), ({"label_smoothing": 0.1}, True),
    ({"augment": "flip | mixup(0.2)"}, True)
])
def test_labels_are_shares_where_they_are_smoothed_or_mixed(settings, shares):
    assert takes_shares(experiment(**settings)) == shares
