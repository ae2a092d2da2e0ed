"""What an experiment has from its parent: its network, or of a refit all settings."""

import pytest

from auxiliary.commands.smoke_profile import write_profile
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError

REFIT = ("transfer:", "  - {model_id: again, parent: small, refit: true}\ntransfer:")


def test_a_parent_must_be_there(load):
    with pytest.raises(UserError) as caught:
        load(("parent: small", "parent: smal"))
    assert str(caught.value) == (
        "experiment 'longer': unknown parent 'smal': did you mean 'small'? (valid: small); "
        "a parent is an earlier experiment of the same stage"
    )


@pytest.mark.parametrize(("change", "key"), [
    (("model_id: small,", "model_id: small, parent: longer,"), "small"),
    (("parent: frozen", "parent: small"), "tuned"),
    (("parent: small", "parent: longer"), "longer"),
])
def test_a_parent_is_an_earlier_experiment_of_the_same_stage(load, change, key):
    with pytest.raises(UserError, match=f"experiment '{key}': unknown parent"):
        load(change)


@pytest.mark.parametrize(("parent", "restated"), [
    ("small", "net: gap"), ("frozen", "head: gap"), ("frozen", "backbone: EfficientNetLite0"),
    ("frozen", "weights: random")])
def test_a_child_does_not_restate_the_network(load, parent, restated):
    name = restated.partition(":")[0]
    with pytest.raises(UserError, match=f"inherits '{name}' from its parent: leave it out"):
        load((f"parent: {parent}", f"parent: {parent}, {restated}"))


@pytest.mark.parametrize(("row", "message"), [
    ("refit: true", "name it as `parent`"), ("refit: true, parent: longer", "that has epochs and no parent itself"),
    ("refit: true, parent: small, epochs: 3", "all its settings are its parent's: leave out epochs"),
    ("refit: true, parent: large", "unknown parent 'large'")])
def test_a_refit_that_cannot_be_is_refused(load, row, message):
    new = f"transfer:\n  - {{model_id: again, {row}}}"
    with pytest.raises(UserError, match=f"experiment 'again'.*{message}"):
        load(("transfer:", new.removeprefix("transfer:\n") + "\ntransfer:"))


def test_nothing_starts_from_a_refit(load):
    rows = "  - {model_id: again, parent: small, refit: true}\n  - {model_id: more, parent: again, epochs: 1}\n"
    with pytest.raises(UserError, match=r"'more' starts from 'again', a refit, .*start from its parent 'small'"):
        load(("transfer:", rows + "transfer:"))


def test_overrides_reach_a_refit_through_its_parent(load):
    profile = load(REFIT, epochs=9)
    assert {each.key: each.epochs for each in profile.scratch}["again"] == 9


def test_a_refit_is_read_back_from_the_profile_of_a_smoke_test_and_from_a_recipe(load, tmp_path):
    profile = load(REFIT)
    write_profile(profile, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == profile
    assert Profile.model_validate(profile.model_dump(mode="json")) == profile
