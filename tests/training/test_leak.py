"""Scores without test images that have near-duplicates in training; no test image is read before training ends."""

from math import isnan
from pathlib import Path

import pytest

from auxiliary.data.splitting.split_files import write_splits
from auxiliary.training.fit import HistoryWriter
from auxiliary.training.train import train_and_evaluate
from tests.images import clean_table_of


@pytest.fixture(scope="module")
def half_right(make_project):
    """Splits whose six test images have the predicted class as their label, the first three, or another one."""
    project = make_project()
    predicted = train_and_evaluate(project.experiments["untrained"], project).predictions["predicted"]
    names = project.categories
    another = dict(zip(names, names[1:] + names[:1], strict=True))
    category = [*predicted[:3], *predicted[3:].map(another)]
    test = project.test.assign(category=category, label=[names.index(name) for name in category])
    return project.train, project.val, test


@pytest.mark.parametrize(("duplicates", "elsewhere"), [([], 3 / 6), ([0, 2], 1 / 4), ([1, 4, 5], 2 / 3)])
def test_accuracy_without_duplicates_is_that_on_the_other_images(half_right, make_project, duplicates, elsewhere):
    result = trained_with_duplicates(half_right, make_project(), duplicates)
    assert (result.test_images, result.test_duplicates) == (6, len(duplicates))
    assert result.accuracy == 3 / 6
    assert result.accuracy_without_duplicates == elsewhere


def test_where_all_have_duplicates_there_is_no_accuracy_without(half_right, make_project):
    result = trained_with_duplicates(half_right, make_project(), range(6))
    assert result.test_duplicates == 6 and isnan(result.accuracy_without_duplicates)


def trained_with_duplicates(splits, project, places):
    """The result of a run in which the test images at some places are near-duplicates of training images."""
    train, val, test = splits
    groups = test["group"].tolist()
    for place in places:
        groups[place] = train["group"].iloc[place % 2]
    write_splits((train, val, test.assign(group=groups)), project.profile.split, project.paths)
    return train_and_evaluate(project.experiments["untrained"], project).result


@pytest.mark.parametrize("key", ["small", "frozen", "tuned"])
def test_training_needs_no_test_image(key, make_project, image_folder, monkeypatch):
    clean = clean_table_of(image_folder({"green": 20, "blue": 20, "red": 20}))
    without_parent = "parent: frozen,", "backbone: Tiny, weights: random, image_size: 32, head: gap,"
    project = make_project(clean=clean, edit=without_parent, epochs=2)
    experiment = project.experiments[key]
    images = [Path(file) for file in project.test["filepath"]]
    hidden = [image.rename(image.with_suffix(".away")) for image in images]
    ended = []

    def write_down(writer, epoch, logs=None, original=HistoryWriter.on_epoch_end):
        original(writer, epoch, logs)
        ended.append(epoch)
        assert not any(image.exists() for image in images)
        if len(ended) == experiment.epochs:
            for away, image in zip(hidden, images, strict=True):
                away.rename(image)

    monkeypatch.setattr(HistoryWriter, "on_epoch_end", write_down)
    run = train_and_evaluate(experiment, project)
    assert ended == [0, 1]
    assert run.predictions["filepath"].tolist() == project.test["filepath"].tolist()
