from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from auxiliary.core.errors import NotTrained, UserError
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors
from auxiliary.evaluation.held_out import Split
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.build import build_transfer
from auxiliary.networks.inference import frozen_graph
from auxiliary.networks.summary import all_layers
from auxiliary.training import feature_files as feature_files_module
from auxiliary.training import features
from auxiliary.training import held_out_classes as held_out_module
from auxiliary.training.feature_files import View, feature_file, feature_files, parts_of
from auxiliary.training.features import FeatureExtractor, cached_features, extractor_of, feature_batches
from auxiliary.training.held_out_classes import STRENGTH, held_out_classes, held_out_detector
from auxiliary.training.label_audit import suspects
from auxiliary.training.stored_features import read_side_by_side
from auxiliary.training.train import train_and_evaluate
from tests.training.conftest import copy_of


@pytest.fixture(scope="module")
def project(make_project):
    return make_project()


@pytest.fixture(scope="module")
def experiment(project):
    return project.experiments["frozen"]


@pytest.fixture
def model(experiment):
    keras.utils.set_random_seed(0)
    return build_transfer(experiment, classes=3, weights=None).features


@pytest.fixture
def extractor(model):
    return FeatureExtractor(model)


class Counted:
    """A model that counts the images it gets."""

    def __init__(self, model) -> None:
        self.model, self.images, self.times_frozen = model, 0, 0

    def __getattr__(self, name):
        return getattr(self.model, name)

    @property
    def extractor(self):
        return FeatureExtractor(self)

    def count(self, batch):
        self.images += len(batch)
        return batch

    def frozen(self, model):
        assert model is self
        self.times_frozen += 1
        ask = frozen_graph(self.model)

        def counted(batch):
            # In a graph, where only what NumPy is asked to do happens at every batch.
            return ask(tf.ensure_shape(tf.numpy_function(self.count, [batch], tf.float32), batch.shape))

        return counted


@pytest.fixture
def counted(model, monkeypatch):
    counted = Counted(model)
    monkeypatch.setattr(features, "frozen_graph", counted.frozen)
    return counted


def batches(extractor, experiment, project, df, **options):
    pairs = list(feature_batches(extractor, experiment, project.paths.features, df, **options))
    return np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs])


def test_features_are_computed_once_and_found_again(counted, experiment, project, tmp_path):
    first = cached_features(counted.extractor, experiment, project.train, tmp_path)
    assert first.shape == (42, 8) and first.dtype == "float32"
    np.testing.assert_array_equal(cached_features(counted.extractor, experiment, project.train, tmp_path), first)
    assert counted.images == 42
    assert len(list(tmp_path.iterdir())) == 1


def test_a_backbone_is_frozen_once_for_all_splits_and_not_at_all_where_features_are_cached(
    counted, experiment, project, tmp_path
):
    extractor = counted.extractor
    for df in (project.train, project.val, project.test):
        cached_features(extractor, experiment, df, tmp_path)
    assert counted.times_frozen == 1
    cached_features(counted.extractor, experiment, project.test, tmp_path)
    assert counted.times_frozen == 1


def test_other_images_sizes_or_weights_have_features_of_their_own(counted, experiment, project, tmp_path):
    first = cached_features(counted.extractor, experiment, project.val, tmp_path)
    cached_features(counted.extractor, experiment, project.test, tmp_path)
    assert counted.images == 18
    counted.model.set_weights([2 * weight for weight in counted.get_weights()])
    assert not np.allclose(cached_features(counted.extractor, experiment, project.val, tmp_path), first)


def test_images_drawn_several_times_are_computed_once(counted, experiment, project):
    features, labels = batches(
        counted.extractor, experiment, project, project.train.iloc[[3, 1, 1, 3, 40]], shuffle=False
    )
    assert counted.images == 3
    np.testing.assert_array_equal(features[[0, 1]], features[[3, 2]])
    assert labels.tolist() == project.train["label"].iloc[[3, 1, 1, 3, 40]].tolist()


def test_batches_match_the_images_they_are_of(extractor, experiment, project):
    alone = [
        np.asarray(cached_features(extractor, experiment, project.test.iloc[[index]], project.paths.features))[0]
        for index in range(6)
    ]
    together, labels = batches(extractor, experiment, project, project.test, shuffle=False)
    np.testing.assert_allclose(together, alone, rtol=1e-5)
    assert labels.tolist() == project.test["label"].tolist()


def test_shuffled_features_keep_their_labels_and_follow_seed_and_epoch(extractor, experiment, project):
    plain, labels = batches(extractor, experiment, project, project.test, shuffle=False)
    of = {feature.tobytes(): label for feature, label in zip(plain, labels, strict=True)}
    first, shuffled = batches(extractor, experiment, project, project.test, seed=1, epochs=2)
    assert [of[feature.tobytes()] for feature in first] == shuffled.tolist()
    np.testing.assert_array_equal(
        batches(extractor, experiment, project, project.test, seed=1, first_epoch=1)[0], first[6:]
    )
    assert not np.array_equal(first[:6], first[6:])
    assert not np.array_equal(batches(extractor, experiment, project, project.test, seed=2)[0], first[:6])


def test_augmented_views_take_turns_and_are_cached(counted, experiment, project, tmp_path):
    experiment = experiment.model_copy(update={"views": 2})
    options = {"augment": "flip | zoom(0.5)", "seed": 3, "shuffle": False}
    features, labels = batches(counted.extractor, experiment, project, project.test, epochs=5, **options)
    assert counted.images == 2 * 6
    first, second, third, fourth, fifth = features.reshape(5, 6, -1)
    np.testing.assert_array_equal([first, second, first], [third, fourth, fifth])
    assert not np.allclose(first, second)
    assert labels.tolist() == 5 * project.test["label"].tolist()
    later, _ = batches(counted.extractor, experiment, project, project.test, first_epoch=3, **options)
    np.testing.assert_array_equal(later, fourth)
    assert counted.images == 2 * 6
    batches(counted.extractor, experiment, project, project.test, **options | {"seed": 4})
    assert counted.images == 4 * 6


def test_a_view_shows_the_images_that_augmentation_makes(extractor, experiment, project, tmp_path):
    view = View("flip | zoom(0.5)", seed=3, number=1)
    images = mk_tf_dataset(project.test, shuffle=False, augment=view.augment, image_size=experiment.image_size,
                           batch_size=64, seed=3, first_epoch=1)
    expected = extractor.model.predict_on_batch(next(iter(images))[0])
    made = cached_features(extractor, experiment, project.test, tmp_path, view)
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-6)


def flip(content: bytes) -> bytes:
    """One bit in the middle of the features is another."""
    return content[:300] + bytes([content[300] ^ 1]) + content[301:]


@pytest.mark.parametrize("damage", [
    lambda _: b"", lambda _: b"rubbish", lambda content: content[:-20], flip,
], ids=["empty", "rubbish", "cut", "a bit"])
def test_a_damaged_file_is_made_again(counted, experiment, project, tmp_path, damage, capsys):
    first = cached_features(counted.extractor, experiment, project.test, tmp_path)
    first = np.asarray(first)
    file, = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    np.testing.assert_array_equal(cached_features(counted.extractor, experiment, project.test, tmp_path), first)
    assert f"the cached features {file} cannot be used" in capsys.readouterr().out
    assert file.read_bytes() == whole
    assert counted.images == 2 * 6


def test_features_of_other_images_are_made_again_even_if_there_are_as_many(counted, experiment, project, tmp_path):
    first = cached_features(counted.extractor, experiment, project.test, tmp_path)
    cached_features(counted.extractor, experiment, project.val.head(len(first)), tmp_path)
    file, other = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    other.replace(file)
    np.testing.assert_array_equal(cached_features(counted.extractor, experiment, project.test, tmp_path), first)


def test_features_computed_of_an_image_that_was_changed_are_never_cached(counted, experiment, make_project, tmp_path):
    project = make_project()
    replaced, *_ = project.test["filepath"]
    content = Path(replaced).read_bytes()
    Path(replaced).write_bytes(Path(project.val["filepath"][0]).read_bytes())
    try:
        with pytest.raises(UserError, match="is not the image that its table lists"), own_errors():
            cached_features(counted.extractor, experiment, project.test, tmp_path)
    finally:
        Path(replaced).write_bytes(content)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def trained(make_project):
    """A project of whose experiments a frozen and a tuned one are trained."""
    project = make_project()
    train_and_evaluate(project.experiments["tuned"], project)
    return project


def test_the_features_of_a_trained_experiment_judge_labels_and_find_a_held_out_class(trained, tmp_path, capsys):
    project = copy_of(trained, tmp_path)
    suspects(project)
    assert (
        "of 60 labels are suspect, judged by the features of Tiny (experiment frozen)"
        in capsys.readouterr().out
    )
    found = held_out_classes(project)
    assert "Each of 3 classes was held out, with the features of Tiny" in capsys.readouterr().out
    assert found["category"].tolist() == ["blue", "green", "red"] and found["images"].sum() == len(project.test)
    assert found["auroc"].between(0, 1).all()
    assert set(found["backbone"]) == {"Tiny"} and set(project.table("held-out")["images_hash"]) == {project.images_hash}


def test_the_final_layer_without_a_held_out_class_is_a_logistic_regression_of_the_other_images():
    draw = np.random.default_rng(0)
    train, val = (Split(draw.normal(size=(count, 8)), np.arange(count) % 3) for count in (90, 30))
    detector = held_out_detector(train, val)
    known = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, tol=1e-8)).fit(*train)
    logits = val.features @ detector.kernel + detector.bias
    np.testing.assert_allclose(softmax(logits, axis=1), known.predict_proba(val.features), atol=1e-5)


def test_the_figures_of_held_out_classes_are_cached_until_the_method_changes(trained, tmp_path, monkeypatch):
    project = copy_of(trained, tmp_path)
    first, calls = held_out_classes(project), []
    hold_out = held_out_module.hold_out
    monkeypatch.setattr(held_out_module, "hold_out", lambda *given: calls.append(1) or hold_out(*given))
    pd.testing.assert_frame_equal(held_out_classes(project), first)
    assert not calls
    monkeypatch.setattr(held_out_module, "METHOD", 0)
    pd.testing.assert_frame_equal(held_out_classes(project), first)
    assert len(calls) == 3


@pytest.fixture(params=["mixed_bfloat16", "mixed_float16"])
def in_16_bits(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def test_features_computed_in_16_bits_are_float32_as_those_read_back(experiment, project, in_16_bits, tmp_path,
                                                                     monkeypatch):
    monkeypatch.setattr(features, "feature_file", lambda *_: tmp_path / "tiny.features")
    extractor = FeatureExtractor(build_transfer(experiment, classes=3, weights=None).features)
    computed, read = (cached_features(extractor, experiment, project.val, tmp_path) for _ in range(2))
    assert computed.dtype == read.dtype == "float32"
    np.testing.assert_array_equal(computed, read)


def test_features_beyond_the_range_of_float16_are_not_cached(experiment, project, in_16_bits, tmp_path):
    model = build_transfer(experiment, classes=3, weights=None).features
    convolution = next(layer for layer in all_layers(model) if layer.name == "conv")
    convolution.set_weights([1e6 * np.ones_like(weight) for weight in convolution.get_weights()])
    extractor = FeatureExtractor(model)
    if in_16_bits == "mixed_bfloat16":
        assert np.isfinite(cached_features(extractor, experiment, project.val, tmp_path)).all()
        return
    with pytest.raises(NotTrained, match="features of Tiny are beyond the range of float16"):
        cached_features(extractor, experiment, project.val, tmp_path)
    assert not list(tmp_path.iterdir())


def test_features_of_several_backbones_are_those_of_each_and_cached_apart(experiment, project, tmp_path, monkeypatch):
    monkeypatch.setitem(BACKBONES, "Other", replace(BACKBONES["Tiny"], name="Other"))
    both = experiment.model_copy(update={"backbone": "Other + Tiny"})
    keras.utils.set_random_seed(0)
    extractor = extractor_of(build_transfer(both, classes=3, weights=None))
    joined = cached_features(extractor, both, project.test, tmp_path)
    assert np.asarray(joined).shape == (len(project.test), 16)
    assert sorted(file.name.split("-")[0] for file in tmp_path.iterdir()) == ["Other", "Tiny"]

    alone = experiment.model_copy(update={"backbone": "Tiny"})
    tiny = cached_features(extractor.parts["Tiny"], alone, project.test, tmp_path)
    np.testing.assert_array_equal(tiny, np.asarray(joined)[:, 8:])
    places = np.array([3, 0])
    np.testing.assert_array_equal(joined[places], np.asarray(joined)[places])
    files = feature_files(tmp_path, both, extractor.fingerprint, project.test)
    np.testing.assert_array_equal(read_side_by_side(files, project.test), joined)
    files[0][0].unlink()
    assert read_side_by_side(files, project.test) is None


@pytest.fixture
def in_parts(monkeypatch):
    """Features of 42 images are in three files, computed in batches of 8."""
    monkeypatch.setattr(feature_files_module, "PART", 16)
    monkeypatch.setattr(features, "BATCH", 8)


def test_parts_hold_whole_batches():
    assert feature_files_module.PART % features.BATCH == 0


VIEWS = pytest.mark.parametrize("view", [None, View("flip(alternating=True) | zoom(0.5)", seed=3, number=1)],
                                ids=["as they are", "augmented"])


@VIEWS
def test_features_in_parts_are_those_of_one_file_to_the_last_digit(extractor, experiment, project, tmp_path, view,
                                                                   monkeypatch, request):
    monkeypatch.setattr(features, "BATCH", 8)
    whole = cached_features(extractor, experiment, project.train, tmp_path / "whole", view)
    request.getfixturevalue("in_parts")
    made = cached_features(extractor, experiment, project.train, tmp_path / "parts", view)
    read = cached_features(extractor, experiment, project.train, tmp_path / "parts", view)
    assert [len(list((tmp_path / name).iterdir())) for name in ("whole", "parts")] == [1, 3]
    places = np.array([41, 0, 15, 16, 16, 31, 32])
    for each in (made, read):
        assert (each.shape, len(each), each.dtype) == ((42, 8), 42, "float32")
        np.testing.assert_array_equal(each, np.asarray(whole))
        np.testing.assert_array_equal(each[places], np.asarray(whole)[places])


@VIEWS
def test_parts_that_others_computed_are_used_and_a_damaged_one_alone_is_made_again(
    counted, experiment, project, tmp_path, in_parts, view, capsys
):
    extractor, df = counted.extractor, project.train
    for part in reversed(parts_of(df, view)):
        cached_features(extractor, experiment, part.df, tmp_path, part.view)
    assert counted.images == 42
    made = np.asarray(cached_features(extractor, experiment, df, tmp_path, view))
    assert counted.images == 42 and len(inodes(tmp_path)) == 3

    damaged = feature_file(tmp_path, experiment, extractor.fingerprint, *parts_of(df, view)[1])
    damaged.write_bytes(flip(damaged.read_bytes()))
    capsys.readouterr()
    np.testing.assert_array_equal(cached_features(extractor, experiment, df, tmp_path, view), made)
    assert counted.images == 42 + 16
    printed = capsys.readouterr()
    assert f"the cached features {damaged} cannot be used" in printed.out
    # One bar over all images, which begins with those that are there.
    assert ": 26 of 42 images" in printed.err


def test_whoever_is_interrupted_loses_one_part(extractor, experiment, project, tmp_path, in_parts, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(features, "_in_range", interrupted_after(5))
        with pytest.raises(KeyboardInterrupt):
            cached_features(extractor, experiment, project.train, tmp_path)
    before = inodes(tmp_path)
    assert len(before) == 2
    cached_features(extractor, experiment, project.train, tmp_path)
    assert len(inodes(tmp_path)) == 3 and before.items() <= inodes(tmp_path).items()


def inodes(folder: Path) -> dict[str, int]:
    """The number of each file, which is another once the file was written again."""
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def interrupted_after(batches: int):
    """Passes on so many batches in all, then Ctrl-C is pressed."""
    left = iter(range(batches))

    def passed_on(made, _):
        for batch in made:
            if next(left, None) is None:
                raise KeyboardInterrupt
            yield batch

    return passed_on
