"""What makes two runs the same run, and what does not."""

import pytest

from auxiliary.data.twins import TWINS
from auxiliary.training import identity
from auxiliary.training.identity import fingerprint


@pytest.fixture(scope="module")
def lab(make_lab):
    return make_lab()


def of(lab, key="small", seed=0) -> str:
    return fingerprint(lab.all_rows[key], seed, lab)


def test_it_is_twelve_hexadecimal_digits_and_stays_the_same(lab, make_lab):
    assert len(of(lab)) == 12 and int(of(lab), 16) >= 0
    assert of(make_lab()) == of(lab)


@pytest.mark.parametrize("overrides", [
    {"learning_rate": 0.03}, {"epochs": 3}, {"batch_size": 9}, {"sampling": "mean"}, {"image_size": 33},
    {"optimizer": "sgd"}, {"schedule": "onecycle"}, {"augment": "flip"}, {"split.random_state": 6}])
def test_what_changes_figures_changes_it(lab, make_lab, overrides):
    # These labs cut the pictures alike, so of the split only the pictures themselves count.
    changed = of(make_lab(**overrides)) != of(lab)
    assert changed == ("split.random_state" not in overrides)


def test_the_seed_the_network_and_the_backbone_change_it(lab, make_lab):
    assert of(lab, seed=1) != of(lab)
    assert of(make_lab(edit=("conv(4)", "conv(5)"))) != of(lab)
    assert of(make_lab(edit=("backbone: Tiny", "backbone: MobileNetV2")), "frozen") != of(lab, "frozen")


def test_any_other_picture_class_or_division_changes_it(lab, make_lab):
    train = lab.train
    for changed in (train.assign(content=["other", *train["content"][1:]]),
                    train.assign(category=[*train["category"][:-1], "pink"]), train[1:]):
        other = make_lab()
        other.__dict__["train"] = changed       # in place of the cached table
        assert of(other) != of(lab)


def test_another_rule_of_what_are_twins_changes_it(lab, monkeypatch):
    before = of(lab)
    monkeypatch.setattr(identity, "TWINS", TWINS + 1)
    assert of(lab) != before


def test_a_parents_change_reaches_its_children(lab, make_lab):
    changed = make_lab(edit=("model_id: frozen, backbone: Tiny, image_size: 32, head: gap | dense(4), learning_rate: "
                             "0.01", "model_id: frozen, backbone: Tiny, image_size: 32, head: gap | dense(4), "
                             "learning_rate: 0.02"))
    assert changed.all_rows["tuned"] == lab.all_rows["tuned"]
    assert of(changed, "tuned") != of(lab, "tuned")


@pytest.mark.parametrize("edit", [
    ("note: fast", "note: slow"), ("note: fast", "reported: 0.9"), ("model_id: small,", "model_id: other, key: small,"),
    ("net: conv(4) | gap | dropout(0.2)", "net: 'conv( filters=4,size=3 )|gap|dropout(0.2)'")])
def test_names_notes_and_ways_of_writing_do_not(lab, make_lab, edit):
    assert of(make_lab(edit=edit)) == of(lab)


def test_where_the_pictures_lie_does_not(lab, make_lab):
    moved = make_lab()
    moved.__dict__["train"] = lab.train.assign(filepath="/elsewhere/" + lab.train["filepath"])
    assert of(moved) == of(lab)
