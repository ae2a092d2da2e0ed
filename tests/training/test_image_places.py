"""The map of a profile's images, from a trained experiment to the table."""

import shutil

import pandas as pd
import pytest

from auxiliary.evaluation.label_issues import COLUMNS as SUSPECT_COLUMNS
from auxiliary.runs.run import Run
from auxiliary.training import image_places
from auxiliary.training.image_places import COLUMNS, place_images
from auxiliary.training.train import train_and_evaluate
from tests.images import clean_table_of

NONE = pd.DataFrame(columns=SUSPECT_COLUMNS)


@pytest.fixture(scope="module")
def project(make_project, colours):
    """A project with a trained frozen experiment, whose images lie where preprocessing writes them."""
    opened = make_project()
    made = opened.paths.processed / "made"
    shutil.copytree(colours, made)
    opened = make_project(root=opened.paths.root, clean=clean_table_of(made))
    train_and_evaluate(opened.experiments["frozen"], opened)
    return opened


def test_validation_and_test_images_are_on_the_map_with_their_predictions(project, capsys):
    suspicious = project.test.head(1).assign(suggested="yellow")
    found = place_images(project, suspicious)
    assert list(found.columns) == COLUMNS
    assert sorted(found["filepath"]) == sorted([*project.val["filepath"], *project.test["filepath"]])
    assert found["x"].between(0, 1).all() and found["y"].between(0, 1).all()
    run, = (run for run in project.paths.models.glob("frozen-*"))
    tables = [project.with_own_images(Run(run).val_predictions),
              project.with_own_images(Run(run).predictions)]
    answers = pd.concat(tables).set_index("filepath")["predicted"]
    assert found.set_index("filepath")["predicted"].to_dict() == answers.to_dict()
    assert found.loc[found["suggested"] != "", "filepath"].tolist() == suspicious["filepath"].tolist()
    wrong = (found["category"] != found["predicted"]).sum()
    assert (f"{len(found)} of {len(found)} validation and test images are on the map, placed by the features of Tiny "
            f"(experiment frozen): {wrong} mistake") in capsys.readouterr().out


def test_images_of_a_class_are_beside_each_other(project):
    found = place_images(project, NONE)
    spread = found.groupby("category")[["x", "y"]].std().mean().mean()
    assert spread < 0.7 * found[["x", "y"]].std().mean()


def test_the_places_are_cached_until_something_changes(project, monkeypatch):
    first = place_images(project, NONE)
    calls = []
    monkeypatch.setattr(image_places, "map_places", lambda features: calls.append(1) or features[:, :2])
    pd.testing.assert_frame_equal(place_images(project, NONE), first)
    assert not calls
    place_images(project, project.val.head(1).assign(suggested="yellow"))
    assert calls
    project.paths.table("map").unlink()
    place_images(project, NONE)
    assert len(calls) == 2


def test_without_features_there_is_no_map_and_a_sentence_says_why(make_project, capsys):
    assert list(place_images(make_project(), NONE).columns) == COLUMNS
    assert "There is no map: that takes the cached features" in capsys.readouterr().out
