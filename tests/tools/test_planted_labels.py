"""Planted wrong labels: which ones are planted, and that the figures follow from where they are found."""

import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from tools import planted_labels as module
from tools.frozen_backbones import experiment_of
from tools.planted_labels import COLUMNS, DRAWS, SHARES, Described, plant, planted_labels

NAMES = np.array(["ant", "bee", "cat"])


def described(distance: float, count: int = 300) -> Described:
    """Images of three classes: clusters whose centres are so many standard deviations from the origin."""
    label = np.arange(count) % 3
    features = distance * np.eye(8)[label] + np.random.default_rng(0).normal(0, 1, (count, 8))
    images = pd.DataFrame({
        "filepath": [f"/images/{place:03d}.png" for place in range(count)], "category": NAMES[label], "label": label,
        "group": np.arange(count), "split": np.repeat(["train", "val", "test"], [count - 120, 60, 60])})
    return Described(images, features.astype("float32"))


@pytest.fixture
def far():
    return described(distance=20)


def test_the_same_share_of_each_split_gets_another_class(far):
    wrong = plant(far.images, 0.1, 0) != far.images["label"]
    assert wrong.groupby(far.images["split"]).sum().to_dict() == {"train": 18, "val": 6, "test": 6}
    assert plant(far.images, 0.001, 0).tolist() != far.images["label"].tolist()    # rounded up
    assert (far.images["label"] == np.arange(300) % 3).all()


def test_all_other_classes_are_as_probable(far):
    labels = np.concatenate([plant(far.images, 1, state) for state in range(20)])
    moved = (labels - np.tile(far.images["label"], 20)) % 3
    assert set(moved) == {1, 2}
    # Of 6,000, with a standard deviation of 39.
    assert abs((moved == 1).sum() - 3000) < 160


def test_a_random_state_chooses_the_same_labels_again(far):
    first, again, other = (plant(far.images, 0.1, state) for state in (3, 3, 4))
    assert (first == again).all() and (first != other).any()


def test_where_classes_are_far_apart_the_planted_labels_are_found_and_nothing_else(far, monkeypatch):
    labels = plant(far.images, 0.1, 0)
    wrong = np.flatnonzero(labels != far.images["label"])
    assert sorted(far.suspects(labels)["place"]) == sorted(far.least_probable(labels, len(wrong))) == wrong.tolist()
    monkeypatch.setattr(module, "SHARES", (0.1,))
    table = module._measured(far, "test")
    # How many are listed is estimated, so a few may be left out.
    assert (table["recall"] > 0.8).all() and (table["found"] == table["own_suggested"]).all()
    assert (table["suspects"] == table["found"]).all() and (table["suspects"] == table["by_probability"]).all()
    assert (table["accuracy_own"] == 1).all()
    assert (table["suspects_own"] == 0).all() and (table["test_images"] == 60).all()


def test_images_are_judged_by_their_own_labels(far):
    labels = plant(far.images, 0.1, 0)
    tested = far.images["split"] == "test"
    # All test images have a wrong label, and those of training a next one: nothing else is learnt than that.
    assert far.correct(np.where(tested, (labels + 1) % 3, far.images["label"])).all()
    assert not far.correct((far.images["label"].to_numpy() + 1) % 3).any()


def test_figures_follow_from_where_the_labels_are_found(monkeypatch):
    """The list is given here: the first 20 of 30 planted labels, and five others."""
    images, labels = (near := described(distance=1.5)).images, plant(described(1.5).images, 0.1, 0)
    wrong = np.flatnonzero(labels != images["label"])
    listed = np.concatenate([wrong[:20], np.setdiff1d(np.arange(300), wrong)[:5]])
    # Of the planted ones, half of the suggestions are the own labels.
    suggested = np.where(np.arange(25) % 2, images["category"].iloc[listed], "none of them")
    monkeypatch.setattr(Described, "suspects", lambda *_: pd.DataFrame({"place": listed, "suggested": suggested}))
    row, before, after = module._draw(near, labels)
    assert (row["planted"], row["suspects"], row["found"], row["own_suggested"]) == (30, 25, 20, 10)
    assert row["recall"] == 20 / 30
    restored = np.where(np.isin(np.arange(300), wrong[20:]), labels, images["label"])
    np.testing.assert_array_equal(after, near.correct(restored))
    np.testing.assert_array_equal(before, near.correct(labels))
    assert row["accuracy_restored"] == after.mean() and row["accuracy_planted"] == before.mean()
    assert row["low"] <= after.mean() - before.mean() <= row["high"]


def test_where_nothing_is_listed_nothing_is_found(far, monkeypatch):
    none = pd.DataFrame({"place": np.empty(0, int), "suggested": np.empty(0, str)})
    monkeypatch.setattr(Described, "suspects", lambda *_: none)
    row, before, after = module._draw(far, plant(far.images, 0.1, 0))
    assert row["recall"] == row["suspects"] == row["by_probability"] == 0
    assert (before == after).all() and row["low"] < 0 < row["high"]


def test_one_row_per_share_and_draw_and_no_table_of_the_project_changes(project):
    before = {split: getattr(project, split).copy() for split in ("train", "val", "test")}
    table = planted_labels(project, [experiment_of("Tiny@40", project)])
    assert list(table.columns[:4]) == ["dataset", "images", "backbone", "image_size"]
    # Each column once: what was measured, and where.
    assert list(table.columns[4:]) == [*COLUMNS, "commit", "precision", "machine", "versions"]
    assert table[["share", "random_state"]].to_numpy().tolist() == [
        [share, state] for share in SHARES for state in range(DRAWS)]
    assert (table["found"] <= table[["planted", "suspects"]].min(axis=1)).all()
    gain = (table["accuracy_restored"] - table["accuracy_planted"]).groupby(table["share"]).transform("mean")
    assert ((table["mean_low"] <= gain + 1e-3) & (gain - 1e-3 <= table["mean_high"])).all()
    for split, images in before.items():
        pd.testing.assert_frame_equal(getattr(project, split), images)


def test_a_class_with_too_few_images_is_refused(project, monkeypatch):
    train = project.train
    few = train[(train["category"] != "red") | (np.cumsum(train["category"] == "red") <= 2)]
    small = type("Small", (), {"train": few, "val": few.iloc[:0], "test": few.iloc[:0]})
    with pytest.raises(UserError, match="red has 2 different images"):
        planted_labels(small, [])
