"""Five folds over frozen features: nothing of a tested fold reaches the regression, and the figures follow from it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from auxiliary.core.errors import UserError
from auxiliary.evaluation.significance import mcnemar
from auxiliary.training.regression import Labelled
from tools.features import pooled_features, pooled_images
from tools.five_folds import five_folds
from tools.folds import FOLDS, TRIED, check_classes, fold_of, predict_held_out
from tools.frozen_backbones import experiment_of, replace_rows


@pytest.fixture
def images():
    """90 images of three classes that overlap, in pairs of near-duplicates."""
    draw = np.random.default_rng(0)
    labels = np.repeat(np.arange(45) % 3, 2)
    return Labelled((draw.normal(size=(90, 6)) + labels[:, None]).astype("float32"), labels), np.repeat(range(45), 2)


def test_near_duplicates_share_a_fold_and_classes_have_the_same_share_of_each(images):
    (_, labels), groups = images
    fold = fold_of(labels, groups)
    assert pd.Series(fold).groupby(groups).nunique().eq(1).all()
    assert pd.crosstab(fold, labels).to_numpy().tolist() == [[6, 6, 6]] * FOLDS


def test_a_class_with_fewer_groups_than_folds_is_refused():
    images = pd.DataFrame({"category": ["cat"] * 8 + ["dog"] * 8, "group": [*range(8), *np.repeat(range(8, 12), 2)]})
    with pytest.raises(UserError, match="dog has 4 different images"):
        check_classes(images)
    check_classes(images.assign(group=range(16)))


def test_a_fold_is_predicted_by_the_regression_that_the_others_choose(images):
    known, groups = images
    fold = fold_of(known.labels, groups)
    tested = predict_held_out(known, groups, fold, "test")
    for number, strength in enumerate(tested.strengths):
        features, labels = (each[fold != number] for each in known)
        validation = fold_of(labels, groups[fold != number], FOLDS - 1) == 0
        losses = [log_loss(labels[validation], regression(features[~validation], labels[~validation], each)
                           .predict_proba(features[validation])) for each in TRIED]
        assert strength == TRIED[int(np.argmin(losses))]
        held_out = fold == number
        np.testing.assert_array_equal(regression(features, labels, strength).predict(known.features[held_out]),
                                      tested.predicted[held_out])


def regression(features, labels, strength):
    """scikit-learn's own, of one strength."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, tol=1e-9, max_iter=10_000)).fit(
        features.astype("float64"), labels)


def test_labels_of_a_tested_fold_change_nothing(images):
    known, groups = images
    fold = fold_of(known.labels, groups)
    other = known._replace(labels=np.where(fold == 2, (known.labels + 1) % 3, known.labels))
    before, after = (predict_held_out(each, groups, fold, "test") for each in (known, other))
    assert before.strengths[2] == after.strengths[2]
    np.testing.assert_array_equal(before.predicted[fold == 2], after.predicted[fold == 2])


def test_features_are_in_the_order_of_the_images_however_these_are_split(project):
    experiment, df = experiment_of("Tiny@32", project), pooled_images(project)
    assert len(df) == 60 and df["filepath"].is_monotonic_increasing
    # An image's first channel would do to tell the classes, which have one colour each.
    features = pooled_features(experiment, project)
    centres = np.stack([features[df["label"] == label].mean(axis=0) for label in range(3)])
    nearest = np.linalg.norm(features[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == df["label"]).all()


def test_one_row_per_backbone_with_its_gains_over_the_first(project):
    table = five_folds(project, [experiment_of(said, project) for said in ("Tiny@40", "Tiny@32", "Tiny@40")])
    assert table["image_size"].tolist() == [40, 32, 40] and (table["images"] == 60).all()
    assert table.loc[[0, 2], ["gained", "lost"]].to_numpy().tolist() == [[0, 0], [0, 0]]
    assert np.isnan(table["p"][0]) and table["p"][2] == 1
    gained, lost = table.loc[1, ["gained", "lost"]]
    assert table["p"][1] == pytest.approx(min(1, 2 * mcnemar(gained, lost)))
    assert 60 * (table["pooled"][1] - table["pooled"][0]) == pytest.approx(gained - lost, abs=0.01)


@pytest.mark.parametrize(("said", "named"), [
    ("Tiny", "'Tiny' names no backbone"), ("Tiny@big", "'Tiny@big'"), ("Tinny@32", "did you mean 'Tiny'"),
    ("Tiny@41", "prepared at 40 pixels"), ("Tiny@31", "at least 32")])
def test_what_is_no_backbone_at_a_size_is_refused(project, said, named):
    with pytest.raises(UserError, match=named):
        experiment_of(said, project)


def test_rows_of_other_data_sets_stay(tmp_path):
    for name, backbone in (("flowers", "A"), ("demo", "B"), ("flowers", "C")):
        replace_rows(pd.DataFrame([{"dataset": name, "backbone": backbone}]), tmp_path / "table.csv")
    assert pd.read_csv(tmp_path / "table.csv").to_numpy().tolist() == [["demo", "B"], ["flowers", "C"]]


def test_only_rows_with_the_same_values_are_replaced(tmp_path):
    for backbone, images in (("A", 1), ("B", 2), ("A", 3)):
        replace_rows(pd.DataFrame([{"dataset": "flowers", "backbone": backbone, "images": images}]),
                     tmp_path / "table.csv", ("dataset", "backbone"))
    assert pd.read_csv(tmp_path / "table.csv").to_numpy().tolist() == [["flowers", "B", 2], ["flowers", "A", 3]]
