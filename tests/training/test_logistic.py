"""Heads fitted by logistic regression, against scikit-learn's own on the same features."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from auxiliary.core import resources
from auxiliary.core.errors import UserError
from auxiliary.deploy.load import load_predictor
from auxiliary.evaluation.grad_cam import grad_cam
from auxiliary.runs.results_csv import read_results
from auxiliary.training.feature_files import View, each_once
from auxiliary.training.features import FeatureExtractor, cached_features
from auxiliary.training.job import Job
from auxiliary.training.regression import STRENGTHS, Labelled, choose_strength
from auxiliary.training.setup import build_setup
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all

FROZEN = "head: gap | dense(4), learning_rate: 0.01, epochs: 2}"
LOGISTIC = (FROZEN, "head: logistic, weights: random}")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=LOGISTIC)


@pytest.fixture(scope="module")
def run(project):
    return train_and_evaluate(project.experiments["frozen"], project)


def features_of(run, experiment, project, df, view=None):
    """Pooled features by the run's own backbone."""
    model = keras.models.load_model(run.model)
    extractor = FeatureExtractor(keras.Model(model.inputs, model.get_layer("pool").output))
    return np.asarray(cached_features(extractor, experiment, df, project.paths.features, view))


def by_scikit_learn(features, labels, strength, **options):
    """A regression of its own for one strength, not begun from another one's weights."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, tol=1e-9, max_iter=10_000, **options)).fit(
        features.astype("float64"), labels)


def random_images(classes, images=60, channels=7, seed=0):
    """Features whose units differ and one of which is constant; the classes overlap."""
    draw = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    features = draw.normal(size=(images, channels)) + draw.normal(size=(classes, channels))[labels]
    features = features * np.logspace(-2, 2, channels) + 5
    features[:, 3] = 4
    return Labelled(features.astype("float32"), labels)


def probabilities(head, features):
    scores = features.astype("float64") @ head.kernel + head.bias
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("classes", "weights"), [(2, None), (3, "balanced"), (10, None)])
def test_the_head_is_scikit_learns_regression_of_the_lowest_validation_loss(classes, weights):
    images = random_images(classes, images=150)
    train, val = Labelled(*(each[:100] for each in images)), Labelled(*(each[100:] for each in images))
    by_label = {label: 100 / classes / count for label, count in enumerate(np.bincount(train.labels))}
    head, table = choose_strength(train, val, STRENGTHS, by_label if weights else None)
    others = [by_scikit_learn(*train, strength, class_weight=weights) for strength in STRENGTHS]
    losses = [log_loss(val.labels, other.predict_proba(val.features)) for other in others]
    best = int(np.argmin(losses))
    assert table["C"].tolist() == list(STRENGTHS)
    np.testing.assert_allclose(table["val_loss"], losses, rtol=1e-4)
    assert table.index[table["chosen"]].tolist() == [best]
    np.testing.assert_allclose(table["val_accuracy"], [other.score(*val) for other in others])
    np.testing.assert_allclose(table["accuracy"], [other.score(*train) for other in others])
    np.testing.assert_allclose(probabilities(head, val.features), others[best].predict_proba(val.features), atol=1e-5)


def test_with_equal_losses_the_stronger_regularisation_is_chosen():
    # Without any information the probabilities are the classes' shares, however strong it is.
    nothing = Labelled(np.ones((6, 2), "float32"), np.array([0, 1] * 3))
    _, table = choose_strength(nothing, nothing, (0.1, 1.0))
    assert table["chosen"].tolist() == [True, False]


def test_features_that_are_no_numbers_give_a_head_that_diverges():
    train = random_images(3)
    train.features[5, 2] = np.inf
    head, table = choose_strength(train, random_images(3, seed=1), STRENGTHS)
    assert head.kernel.shape == (7, 3) and np.isnan(head.kernel).all() and np.isnan(head.bias).all()
    assert table.empty and "C" in table


def test_the_saved_network_predicts_as_scikit_learn_does(project, run):
    features = {split: features_of(run, project.experiments["frozen"], project, getattr(project, split))
                for split in ("train", "val", "test")}
    chosen = run.strengths[run.strengths["chosen"]].iloc[0]
    other = by_scikit_learn(features["train"], project.train["label"], chosen["C"])
    for split, predictions in (("val", run.val_predictions), ("test", run.predictions)):
        np.testing.assert_allclose(predictions.filter(like="p:"), other.predict_proba(features[split]), atol=1e-5)
    assert run.result.val_loss == pytest.approx(chosen["val_loss"], rel=1e-4)
    assert run.result.acc_train == chosen["accuracy"] == other.score(features["train"], project.train["label"])
    assert run.result.train_loss == chosen["loss"]


def test_its_row_says_that_there_were_no_epochs(project, run):
    row = read_results(project.paths.results).set_index("run_id").loc[run.result.run_id]
    assert (row["network"], row["epochs"], row["epochs_total"], row["optimizer"], row["schedule"]) == (
        "logistic", 0, 0, "", "")
    assert np.isnan(row["learning_rate"])
    assert row["trainable_parameters"] == 8 * 3 + 3
    assert run.history.empty
    assert (run.folder / "strengths.csv").is_file() and (run.folder / "curves.svg").is_file()


def test_the_test_images_choose_nothing(make_project, run):
    project = make_project(edit=LOGISTIC)
    # Their labels are wrong here, and the head is the same.
    project.test["label"] = (project.test["label"] + 1) % 3
    again = train_and_evaluate(project.experiments["frozen"], project)
    assert again.strengths.equals(run.strengths)
    for weight, other in zip(*(keras.models.load_model(each.model).get_weights() for each in (run, again)),
                             strict=True):
        np.testing.assert_array_equal(weight, other)


def test_all_views_of_augmented_images_are_training_images(make_project):
    project = make_project(edit=(FROZEN, "head: logistic, weights: random, augment: flip | zoom(0.5), views: 3}"))
    experiment = project.experiments["frozen"]
    run = train_and_evaluate(experiment, project, seed=2)
    # Augmentation draws by the place of an image.
    images = each_once(project.train)
    views = [features_of(run, experiment, project, images, View(experiment.augment, 2, number)) for number in range(3)]
    chosen = run.strengths.loc[run.strengths["chosen"], "C"].item()
    other = by_scikit_learn(np.concatenate(views), [*images["label"]] * 3, chosen)
    features = features_of(run, experiment, project, project.test)
    np.testing.assert_allclose(run.predictions.filter(like="p:"), other.predict_proba(features), atol=1e-5)


def test_children_go_on_from_its_weights(make_project):
    project = make_project(edit=LOGISTIC)
    frozen, tuned = train_all((project.experiments["frozen"], project.experiments["tuned"]), project)
    assert len(tuned.history) == 1 and tuned.result.epochs_total == 1
    assert tuned.result.network == "logistic" and tuned.result.parent == "frozen"
    started = build_setup(Job(project.experiments["tuned"], 0, project)).model.get_weights()
    for weight, other in zip(started, keras.models.load_model(frozen.model).get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


def test_too_little_memory_is_told_before_the_fit(make_project, monkeypatch):
    project = make_project(edit=LOGISTIC)
    monkeypatch.setattr(resources, "free_memory", lambda: 2000)
    with pytest.raises(UserError, match="fitting frozen takes"):
        train_and_evaluate(project.experiments["frozen"], project)


def test_both_of_two_classes_have_evidence():
    head, _ = choose_strength(random_images(2), random_images(2, seed=1), STRENGTHS)
    images = keras.Input((4, 4, 7))
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Activation("linear")(images))
    model = keras.Model(images, keras.layers.Dense(2, "softmax")(pooled))
    model.layers[-1].set_weights(head)
    heat = grad_cam(model, np.random.default_rng(0).normal(size=(6, 4, 4, 7)), [0, 1] * 3)
    assert (heat.max(axis=(1, 2)) == 1).all()


def test_the_page_and_predict_answer_as_the_run_did(run):
    predictor = load_predictor(run)
    assert predictor.categories == ["blue", "green", "red"]
    assert predictor.model.output_shape == (None, 3)
