"""Label fixes and cached features: images that only get other labels, or are left out, are not computed again."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.data.fixes.fixes_file import LEAVE_OUT
from auxiliary.networks.build import build_transfer
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.runs.run import Run
from auxiliary.training import feature_files, features
from auxiliary.training.feature_files import each_once, images_of, together_with
from auxiliary.training.features import FeatureExtractor, cached_features
from auxiliary.training.frozen_runs import frozen_runs, read_splits_of
from auxiliary.training.held_out_classes import held_out_classes
from auxiliary.training.image_places import place_images
from auxiliary.training.label_audit import suspects
from auxiliary.training.train import train_and_evaluate
from tests.colours import colours_profile, open_text
from tests.training.conftest import FROZEN, TUNED

VIEWED = ("{model_id: viewed, backbone: Tiny, image_size: 32, head: gap, learning_rate: 0.01, epochs: 2, "
          "augment: flip | zoom(0.5), sampling: largest}")


@pytest.fixture(scope="module")
def prepared(colours, tmp_path_factory) -> Callable[..., Project]:
    """Prepares the images of a root with some fixes: `prepared(root, {"red/1.png": "green"})`; None for a new root."""
    text = colours_profile(colours, (), (FROZEN, TUNED, VIEWED))

    def make(root: Path | None, fixes: dict[str, str]) -> Project:
        root = root or tmp_path_factory.mktemp("root")
        table = pd.DataFrame({"original": [*fixes], "new_label": [*fixes.values()]})
        table.to_csv(root / "fixes.csv", index=False)
        projects = (open_text(text, root, overrides={"label_fixes": "fixes.csv"}) for _ in range(2))
        prepare(next(projects))
        return next(projects)

    return make


@pytest.fixture(scope="module")
def own(prepared) -> Project:
    """The images with their own labels, all experiments trained."""
    project = prepared(None, {})
    train(project)
    return project


@pytest.fixture(scope="module")
def fixes(own) -> dict[str, str]:
    """In each split one image gets another label, and one is left out."""
    found = {}
    for df in (own.train, own.val, own.test):
        wrong, bad = (df.loc[df["category"] == category, "original"].iloc[0] for category in ("red", "blue"))
        found |= {wrong: "green", bad: LEAVE_OUT}
    return found


@pytest.fixture(scope="module")
def fixed(own, prepared, fixes) -> Project:
    """The same root with these fixes, all experiments trained; it fails where a feature is computed again."""
    project = prepared(own.paths.root, fixes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "predict_batches", lambda *_: pytest.fail("a feature is computed again"))
        train(project)
    return project


@pytest.fixture(scope="module")
def clean(prepared, fixes) -> Project:
    """Another root that has had these fixes from the beginning."""
    project = prepared(None, fixes)
    train(project)
    return project


def train(project: Project) -> dict[str, Run]:
    """The finished runs; those that are finished already are read back."""
    return {key: train_and_evaluate(experiment, project) for key, experiment in project.experiments.items()}


def cached(project: Project) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for folder in (project.paths.features, project.paths.activations)
            for file in folder.iterdir()}


def test_a_run_after_fixes_is_that_of_a_clean_root_to_the_last_digit(fixed, clean):
    for (key, after), expected in zip(train(fixed).items(), train(clean).values(), strict=True):
        assert after.id == expected.id, key
        for name in ("history", "predictions", "val_predictions"):
            found, wanted = (getattr(run, name).drop(columns=["filepath", "seconds"], errors="ignore")
                             for run in (after, expected))
            pd.testing.assert_frame_equal(found, wanted, check_exact=True)
        for one, other in zip(*(keras.saving.load_model(run.model).get_weights() for run in (after, expected)),
                              strict=True):
            np.testing.assert_array_equal(one, other)
    assert cached(fixed) == cached(clean)


def test_labels_are_judged_and_classes_held_out_as_in_a_clean_root(own, fixed, clean, fixes):
    wrong = {name for name, label in fixes.items() if label != LEAVE_OUT}
    assert not wrong & set(suspects(own)["original"]) and wrong & set(suspects(fixed)["original"])
    for judge in (suspects, held_out_classes, lambda project: place_images(project, suspects(project))):
        found, wanted = (judge(project).drop(columns="filepath", errors="ignore") for project in (fixed, clean))
        assert len(found)
        pd.testing.assert_frame_equal(found, wanted, check_exact=True)


def test_each_image_has_its_own_features_where_others_are_left_out(own, fixed):
    known = {}
    for project in (own, fixed):
        frozen = next(each for each in frozen_runs(project) if each.experiment.key == "frozen")
        images = images_of(frozen.experiment, project)
        for split, rows in zip(images, read_splits_of(frozen, images), strict=True):
            found = dict(zip(images[split]["filepath"], np.asarray(rows), strict=True))
            assert len(found) == len(getattr(project, split))
            for file, row in found.items():
                np.testing.assert_array_equal(known.setdefault(file, row), row)
    assert len(known) == 60


def test_what_a_killed_run_computed_serves_the_run_with_fixes(own, fixed, tmp_path, monkeypatch):
    """Of 42 training images in parts of 16, two parts are there when the fixes come."""
    monkeypatch.setattr(feature_files, "PART", 16)
    monkeypatch.setattr(features, "BATCH", 8)
    experiment = own.experiments["frozen"]
    extractor = FeatureExtractor(build_transfer(experiment, classes=3, weights=None).features)
    cached_features(extractor, experiment, each_once(own.train).head(32), tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    cached_features(extractor, experiment, together_with(fixed.train, fixed), tmp_path)
    after = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert (len(before), len(after)) == (2, 3) and before.items() <= after.items()
