"""Scores of images that are unlike the training images, against formulas written out and scikit-learn's own classes."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from auxiliary.core.errors import UserError
from auxiliary.evaluation.held_out import COLUMNS, Split, hold_out
from auxiliary.evaluation.limit import is_unlike, joined_scale, scale_of
from auxiliary.evaluation.out_of_distribution import COMPONENTS, Detector, fit_detector

CHANNELS = 130
CENTRES = np.random.default_rng(9).normal(0, 1, (4, CHANNELS))
# Falling, so that any way to find the main directions finds the same ones.
SPREADS = np.geomspace(1, 0.01, CHANNELS)


def images(count: int, labels: list[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features around one centre per class."""
    draw = np.random.default_rng(seed)
    label = np.repeat(labels, count)
    return (CENTRES[label] + draw.normal(0, SPREADS, (len(label), CHANNELS)) + 2).astype("float32"), label


def final_weights(channels: int = CHANNELS, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(4)
    return draw.normal(0, 0.3, (channels, classes)).astype("float32"), draw.normal(size=classes).astype("float32")


@pytest.fixture(scope="module")
def detector() -> Detector:
    """Made of classes 0 to 2."""
    return fit_detector(*images(120, [0, 1, 2], 0), images(40, [0, 1, 2], 1)[0], *final_weights())


def test_distances_are_those_of_the_formulas(detector):
    features, labels = images(120, [0, 1, 2], 0)
    units = features.astype("float64") / np.linalg.norm(features.astype("float64"), axis=1, keepdims=True)
    values = (pca := PCA(COMPONENTS, svd_solver="full").fit(units)).transform(units)
    means = np.stack([values[labels == label].mean(axis=0) for label in range(3)])
    within = LedoitWolf(assume_centered=True).fit(values - means[labels]).precision_
    overall = LedoitWolf(assume_centered=True).fit(values).precision_
    tested, _ = images(3, [0, 3], 5)
    for (relative, residual, _), feature in zip(detector.parts(tested), tested.astype("float64"), strict=True):
        unit = feature / np.linalg.norm(feature)
        value, = pca.transform([unit])
        nearest = min(mahalanobis(value, mean, within)**2 for mean in means)
        assert relative == pytest.approx(nearest - mahalanobis(value, np.zeros(COMPONENTS), overall)**2, rel=2e-3)
        assert residual == pytest.approx(((unit - pca.inverse_transform([value])[0])**2).sum(), abs=1e-5)


def test_the_energy_is_minus_the_logarithm_of_the_summed_exponentials_of_the_logits():
    # By hand: logits (0, log 3) sum to 1 + 3, and (1000, 1000) to 2 e^1000, which no float64 holds.
    kernel, bias = np.eye(4, 2), np.array([0.5, 0])
    features = np.array([[-0.5, math.log(3), 7, -7], [999.5, 1000, 0, 0]])
    draw = np.random.default_rng(0).normal(size=(40, 4))
    found = fit_detector(draw, np.arange(40) % 2, draw, kernel, bias).parts(features)[:, 2]
    assert found == pytest.approx([-math.log(4), -1000 - math.log(2)])


def test_the_score_is_the_sum_of_three_numbers_of_the_same_spread_over_the_validation_images(detector):
    val, tested = images(40, [0, 1, 2], 1)[0], images(20, [0, 3], 5)[0]
    # These residuals differ so little that the smallest spread counts.
    spreads = np.maximum(detector.parts(val).std(axis=0), 1e-4)
    sums, val_sums = ((detector.parts(each) / spreads).sum(axis=1) for each in (tested, val))
    median, limit = np.quantile(val_sums, [0.5, 0.95])
    assert detector.scores(tested) == pytest.approx((sums - median) / (limit - median))


def test_the_limit_keeps_95_percent_of_the_validation_images(detector):
    scores = detector.scores(images(40, [0, 1, 2], 1)[0])
    assert (scores <= 1).mean() == pytest.approx(0.95, abs=0.01) and np.median(scores) == pytest.approx(0, abs=1e-6)
    assert detector.val_scores == pytest.approx(scores, abs=1e-5)


def test_images_of_another_class_are_told(detector):
    like, unlike = (detector.scores(images(50, labels, 7)[0]) for labels in ([0, 1, 2], [3]))
    assert roc_auc_score(np.repeat([0, 1], [150, 50]), np.concatenate([like, unlike])) > 0.95
    assert is_unlike(1.01) and not is_unlike(1.0) and not is_unlike(np.nan)


def test_the_length_of_features_does_not_count_for_the_distances(detector):
    tested, _ = images(50, [3], 7)
    once, thrice = detector.parts(tested), detector.parts(3 * tested)
    assert thrice[:, :2] == pytest.approx(once[:, :2], rel=1e-4) and (abs(thrice[:, 2] - once[:, 2]) > 0.1).any()


def test_few_images_have_few_components_and_many_have_the_most():
    few = fit_detector(*images(6, [0, 1, 2], 0), images(2, [0], 1)[0], *final_weights())
    features = np.random.default_rng(0).normal(size=(400, 140))
    many = fit_detector(features, np.arange(400) % 3, features[:50], *final_weights(140))
    assert few.components.shape == (CHANNELS, 3) and many.components.shape == (140, COMPONENTS)


@pytest.mark.parametrize(("features", "reason"), [
    (np.full((30, 4), np.nan), "no finite numbers"), (np.ones((30, 4)), "the same for all images"),
    (np.eye(4), "too few")])
def test_features_that_tell_nothing_are_refused(features, reason):
    with pytest.raises(UserError, match=reason):
        fit_detector(features, np.arange(len(features)) % 2, features, *final_weights(4, 2))


def test_weights_that_are_no_finite_numbers_are_refused():
    features = np.random.default_rng(0).normal(size=(40, 4))
    with pytest.raises(UserError, match="no finite numbers"):
        fit_detector(features, np.arange(40) % 2, features, np.full((4, 2), np.nan), np.zeros(2))


def test_the_mean_of_two_networks_has_a_limit_of_its_own(detector):
    rolled = np.roll(images(40, [0, 1, 2], 1)[0], 3, axis=0)
    other = fit_detector(*images(120, [0, 1, 2], 0), rolled, *final_weights())
    mean = (detector.val_scores.astype("float64") + other.val_scores) / 2
    assert joined_scale([detector.val_scores, other.val_scores]) == pytest.approx(scale_of(mean))
    assert joined_scale([detector.val_scores]) == pytest.approx((0, 1), abs=1e-5)


def test_the_limit_of_equal_distances_is_above_them():
    assert not is_unlike(scale_of(np.ones(9))(np.ones(1))[0]) and is_unlike(scale_of(np.ones(9))(np.full(1, 1.1))[0])


def test_a_held_out_class_reaches_neither_the_method_nor_the_limit():
    seen = []

    def first_feature(train: Split, val: Split):
        seen.append((train, val))
        return lambda features: features[:, 0]

    values = {"train": [0, 1, 2], "val": [0, 1, 9, 2, 3], "test": [5, 8, 3, 1, 2.5, 4]}
    labels = {"train": [0, 1, 2], "val": [0, 0, 1, 2, 2], "test": [1, 1, 1, 0, 2, 2]}
    splits = [Split(np.array(values[name])[:, None], np.array(labels[name])) for name in values]
    found = hold_out(*splits, 1, "cat", first_feature)
    (train, val), = seen
    assert train.labels.tolist() == [0, 1] and val.labels.tolist() == [0, 0, 1, 1]
    # The limit is the 95% quantile of 0, 1, 2, 3: 2.85. Of nine pairs 5 and 8 win all, 3 wins two.
    assert found == pytest.approx({"category": "cat", "images": 3, "auroc": 8 / 9, "caught": 1.0,
                                   "false_alarms": 1 / 3, "caught_at_5": 2 / 3})
    assert list(found) == COLUMNS


def test_classes_without_images_can_be_left_out():
    split = Split(np.arange(5)[:, None], np.array([0, 3, 1, 3, 2]))
    assert split.only([0, 3]).labels.tolist() == [0, 1, 1] and split.only([0, 3]).features[:, 0].tolist() == [0, 1, 3]
