"""The tasks of a profile: what is left, in which order, and which features come first."""

from collections.abc import Callable

import pytest

from auxiliary.cluster import graph
from auxiliary.cluster.graph import job_of, tasks_of
from auxiliary.cluster.task import FeatureParts, Training
from auxiliary.project.project import Project
from auxiliary.training import feature_files
from auxiliary.training.job import Job, jobs_of
from tests.colours import SMALL, SMALL_ON, colours_profile, open_text

FROZEN = ("{{model_id: {name}, backbone: {backbone}, weights: random, image_size: 32, head: gap, learning_rate: 0.01, "
          "epochs: 2{more}}}")
TWO = "[EfficientNetLite0, EfficientNetLite1]"


@pytest.fixture
def opened(image_folder, divide, tmp_path) -> Callable[..., Project]:
    """Opens a profile of some experiments, its images split."""

    def make(scratch, transfer=()) -> Project:
        folder = image_folder({"green": 20, "blue": 20, "red": 20})
        return divide(open_text(colours_profile(folder, scratch, transfer), tmp_path))

    return make


def frozen(name, backbone="EfficientNetLite0", more=""):
    return FROZEN.format(name=name, backbone=backbone, more=more)


def tasks(project, experiments=None):
    return tasks_of(jobs_of(experiments or project.profile.experiments, project), lambda _: 1.0)


def test_parents_come_first_and_each_seed_has_its_own(opened):
    project = opened([each.replace("learning_rate", "seeds: [0, 1], learning_rate") for each in (SMALL, SMALL_ON)])
    found = {task.name: task for task in tasks(project, project.profile.experiments[1:])}
    assert list(found) == ["small (seed 0)", "small_on (seed 0)", "small (seed 1)", "small_on (seed 1)"]
    assert found["small_on (seed 1)"].needs == ("small (seed 1)",)
    assert found["small_on (seed 1)"].work == Training("small_on", 1)
    assert job_of(found["small (seed 1)"], project) == Job(project.experiments["small"], 1, project)


def test_a_finished_run_is_no_task(opened, monkeypatch):
    project = opened((SMALL, SMALL_ON))
    monkeypatch.setattr(graph, "is_unfinished", lambda run: not run.id.startswith("small-"))
    found, = tasks(project)
    assert (found.name, found.needs) == ("small_on", ())


def test_features_are_computed_once_for_all_that_share_them(opened):
    project = opened((SMALL,), (frozen("one"), frozen("two", more=", batch_size: 4"), frozen("both", TWO),
                                frozen("other", more=", image_size: 48").replace("image_size: 32, ", "")))
    found = {task.name: task for task in tasks(project)}
    features = [task for task in found.values() if isinstance(task.work, FeatureParts)]
    assert len(features) == 3
    assert found["one"].needs == found["two"].needs
    assert len(found["both"].needs) == 2
    assert set(found["one"].needs) < set(found["both"].needs)
    assert all(name in list(found)[:list(found).index(key)] for key in ("one", "both") for name in found[key].needs)
    assert features[0].work.parts == (("train", 0), ("val", 0), ("test", 0))


def test_no_task_has_more_images_than_a_part(opened, monkeypatch):
    project = opened((), (frozen("one"),))
    for module in (graph, feature_files):
        monkeypatch.setattr(module, "PART", 16)
    parts = [task.work.parts for task in tasks(project) if isinstance(task.work, FeatureParts)]
    assert len(parts) >= 3
    images = feature_files.images_of(project.profile.experiments[0], project)
    assert sorted(part for group in parts for part in group) == sorted(
        (split, number) for split, df in images.items() for number in range(-(-len(df) // 16)))


def test_augmented_and_tuned_experiments_compute_their_own(opened):
    project = opened((), (frozen("one"), frozen("augmented", more=", augment: flip"),
                          "{model_id: tuned, parent: one, tune_last: 1, learning_rate: 0.01, epochs: 1}"))
    found = {task.name: task for task in tasks(project)}
    assert found["augmented"].needs == ()
    assert found["tuned"].needs == ("one",)


def test_memory_and_seconds_are_asked_for(opened):
    small, = tasks(opened((SMALL,)))
    assert small.memory > 6e8
    assert small.seconds == 1.0
