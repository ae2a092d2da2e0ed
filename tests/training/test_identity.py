"""The settings and images that change a run's fingerprint, and those that do not."""

import re

import pytest

from auxiliary.data.duplicates import DUPLICATES
from auxiliary.training import identity
from auxiliary.training.identity import fingerprint


@pytest.fixture(scope="module")
def project(make_project):
    return make_project()


def of(project, key="small", seed=0) -> str:
    return fingerprint(project.experiments[key], seed, project)


def test_a_fingerprint_is_a_letter_and_twelve_hexadecimal_digits_and_stays_the_same(project, make_project):
    assert re.fullmatch("h[0-9a-f]{12}", of(project))
    assert of(make_project()) == of(project)


@pytest.mark.parametrize("overrides", [
    {"learning_rate": 0.03}, {"epochs": 3}, {"batch_size": 9}, {"sampling": "mean"}, {"image_size": 33},
    {"optimizer": "sgd"}, {"schedule": "onecycle"}, {"augment": "flip"}, {"split.random_state": 6}])
def test_what_changes_figures_changes_it(project, make_project, overrides):
    # These projects split the images alike, and only the images of each split count.
    changed = of(make_project(**overrides)) != of(project)
    assert changed == ("split.random_state" not in overrides)


def test_determinism_is_part_of_it(project, make_project):
    assert of(make_project(deterministic=True)) == of(project)
    assert of(make_project(deterministic=False)) != of(project)


def test_the_seed_the_network_and_the_backbone_change_it(project, make_project):
    assert of(project, seed=1) != of(project)
    assert of(make_project(edit=("conv(4)", "conv(5)"))) != of(project)
    assert of(make_project(edit=("backbone: Tiny", "backbone: MobileNetV2")), "frozen") != of(project, "frozen")


def test_any_other_image_class_or_split_changes_it(project, make_project):
    train = project.train
    for changed in (train.assign(content_hash=["other", *train["content_hash"][1:]]),
                    train.assign(category=[*train["category"][:-1], "pink"]), train[1:]):
        other = make_project()
        other.__dict__["train"] = changed       # in place of the cached table
        assert of(other) != of(project)


def test_another_order_of_the_labels_changes_it(project, make_project):
    turned = make_project()
    turned.__dict__["train"] = project.train.assign(label=2 - project.train["label"])
    assert turned.categories == project.categories[::-1]
    assert of(turned) != of(project)


def test_another_rule_for_near_duplicates_changes_it(project, monkeypatch):
    before = of(project)
    monkeypatch.setattr(identity, "DUPLICATES", DUPLICATES + 1)
    assert of(project) != before


def test_a_parents_change_reaches_its_children(project, make_project):
    changed = make_project(
        edit=("model_id: frozen, backbone: Tiny, image_size: 32, head: gap | dense(4), learning_rate: 0.01",
              "model_id: frozen, backbone: Tiny, image_size: 32, head: gap | dense(4), learning_rate: 0.02")
    )
    assert changed.experiments["tuned"] == project.experiments["tuned"]
    assert of(changed, "tuned") != of(project, "tuned")


@pytest.mark.parametrize(
    "edit",
    [
        ("note: fast", "note: slow"),
        ("note: fast", "published_accuracy: 0.9"),
        ("net: conv(4) | gap | dropout(0.2)", "net: 'conv( filters=4,size=3 )|gap|dropout(0.2)'"),
    ],
)
def test_remarks_and_ways_of_writing_do_not(project, make_project, edit):
    assert of(make_project(edit=edit)) == of(project)


@pytest.mark.parametrize("names", [{"key": "other"}, {"model_id": "other"}])
def test_a_name_in_the_result_changes_it_and_that_of_children(make_project, names):
    one, other = make_project(), make_project()
    other.experiments["frozen"] = one.experiments["frozen"].model_copy(update=names)
    for key in ("frozen", "tuned"):
        assert of(other, key) != of(one, key)
        assert of(other, key, seed=None) != of(one, key, seed=None)


def test_where_the_images_lie_does_not(project, make_project):
    moved = make_project()
    moved.__dict__["train"] = project.train.assign(filepath="/elsewhere/" + project.train["filepath"])
    assert of(moved) == of(project)
