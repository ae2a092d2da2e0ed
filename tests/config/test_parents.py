"""What an experiment has from its parent: its network, or with `refit` and `wise_ft` all settings."""

import pytest

from auxiliary.commands.smoke_profile import write_profile
from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError

TUNED = "tune_last: 5, learning_rate: 0.0001, epochs: 1}\n"


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
    profile = load(("transfer:", "  - {model_id: again, parent: small, refit: true}\ntransfer:"), epochs=9)
    assert {each.key: each.epochs for each in profile.scratch}["again"] == 9


def averaging(line, settings=""):
    """The profile of `load` with settings for its tuned experiment, and one more experiment at its end."""
    return TUNED, f"{TUNED.replace('}', settings + '}')}  - {{{line}}}\n"


AVERAGED = "model_id: averaged, parent: tuned, wise_ft: true, note: both"


def test_averaged_weights_have_all_settings_of_the_parent_but_those_of_an_optimiser(load):
    profile = load(averaging(AVERAGED, ", patience: 3, averaging: ema(0.9), tta: mirror, batch_size: 9"), seeds=[4])
    tuned, averaged = profile.experiments[-2:]
    names = {"model_id", "key", "parent", "wise_ft", "note", *WITHOUT_OPTIMIZER}
    assert averaged.model_dump(exclude=names) == tuned.model_dump(exclude=names)
    assert {name: getattr(averaged, name) for name in WITHOUT_OPTIMIZER} == WITHOUT_OPTIMIZER
    assert (averaged.seeds, averaged.note, averaged.tta) == ((4,), "both", "mirror")
    assert not averaged.has_optimizer and not averaged.trains and averaged.used_averaging == "wise_ft"


def test_overrides_reach_averaged_weights_through_their_parent(load):
    profile = load(averaging(AVERAGED), epochs=9, learning_rate=0.5, batch_size=7, augment="zoom(0.1)", patience=2)
    averaged = profile.experiments[-1]
    assert (averaged.epochs, averaged.learning_rate, averaged.patience) == (0, None, 0)
    assert (averaged.batch_size, averaged.augment) == (7, "zoom(0.1)")


def test_networks_from_scratch_can_be_averaged_too(load):
    profile = load(("transfer:", "  - {model_id: mean, parent: longer, wise_ft: true}\ntransfer:"))
    assert (profile.scratch[-1].net, profile.scratch[-1].epochs) == (profile.scratch[0].net, 0)


@pytest.mark.parametrize(("line", "message"), [
    ("wise_ft: true", "`wise_ft` averages the weights of another experiment .*: name it as `parent`"),
    ("wise_ft: true, parent: frozen", "that has epochs and a parent itself; 'frozen' is none"),
    ("wise_ft: true, parent: tunde", "unknown parent 'tunde': did you mean 'tuned'"),
    ("wise_ft: true, parent: tuned, epochs: 3", "has `wise_ft`, so all its settings .* leave out epochs"),
    ("wise_ft: true, parent: frozen, refit: true", "has `refit`, so all its settings .* leave out wise_ft"),
    ("wise_ft: yes please, parent: tuned", "transfer.2.wise_ft: input should be a valid boolean")])
def test_averages_that_cannot_be_are_refused(load, line, message):
    with pytest.raises(UserError, match=message):
        load(averaging(f"model_id: averaged, {line}"))


def test_an_average_is_averaged_again_only_after_it_was_tuned(load):
    again = "{model_id: again, parent: averaged, wise_ft: true}"
    with pytest.raises(UserError, match="that has epochs and a parent itself; 'averaged' is none"):
        load((TUNED, f"{TUNED}  - {{{AVERAGED}}}\n  - {again}\n"))
    more = "{model_id: more, parent: averaged, tune_last: 5, learning_rate: 0.1, epochs: 2}"
    profile = load((TUNED, f"{TUNED}  - {{{AVERAGED}}}\n  - {more}\n  - {again.replace('averaged', 'more')}\n"))
    assert [each.wise_ft for each in profile.transfer] == [False, False, True, False, True]


def test_averaged_weights_are_read_back_from_the_profile_of_a_smoke_test_and_from_a_recipe(load, tmp_path):
    profile = load(averaging(AVERAGED))
    write_profile(profile, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == profile
    assert Profile.model_validate(profile.model_dump(mode="json")) == profile
