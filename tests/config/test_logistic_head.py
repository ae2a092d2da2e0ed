"""`head: logistic` in a profile: what it leaves out, what it refuses, and what its children inherit."""

import pytest

from auxiliary.commands.smoke_profile import write_profile
from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.project.specs import parsed_specs

# What stands in the profile of `load`, and what takes its place.
EPOCHS = "learning_rate: 0.001, epochs: 4, head: gap"
LOGISTIC = (EPOCHS, "head: logistic")
SHARED = ("dataset: demo", "dataset: demo\noptimizer: adamw(0.1)\nschedule: cosine\nlabel_smoothing: 0.1\n"
                           "averaging: ema(0.9)\npatience: 2")


def test_it_has_no_optimiser_whatever_the_profile_says(experiment):
    frozen = experiment("frozen", LOGISTIC, SHARED)
    assert {name: getattr(frozen, name) for name in WITHOUT_OPTIMIZER} == WITHOUT_OPTIMIZER
    assert frozen.trains and not frozen.has_optimizer
    assert parsed_specs(frozen)["optimizer"] == ()


def test_overrides_of_epochs_and_rate_are_for_the_others(load):
    profile = load(LOGISTIC, epochs=7, learning_rate=0.5, optimizer="rmsprop")
    assert {each.key: (each.epochs, each.learning_rate, each.optimizer) for each in profile.experiments} == {
        "small": (7, 0.5, "rmsprop"), "longer": (7, 0.5, "rmsprop"), "frozen": (0, None, ""),
        "tuned": (7, 0.5, "rmsprop")}


@pytest.mark.parametrize("setting", [
    "epochs: 4", "learning_rate: 0.001", "optimizer: adam", "schedule: constant", "label_smoothing: 0.1",
    "averaging: ema(0.9)", "patience: 3", "epochs: many"])
def test_settings_of_an_optimiser_are_refused(load, setting):
    name = setting.partition(":")[0]
    with pytest.raises(UserError, match=rf"^experiment 'frozen': `head: logistic` is fitted .* takes no '{name}'"):
        load((EPOCHS, f"head: logistic, {setting}"))


@pytest.mark.parametrize(("head", "message"), [
    ("head: logistic, tune_last: 3", "'frozen': `head: logistic` is fitted on the features of a frozen backbone"),
    ("head: logistic, tune_last: all", "'frozen': `head: logistic` is fitted on the features of a frozen backbone"),
    ("head: gap | logistic, learning_rate: 0.1, epochs: 4", "'frozen': `logistic` is a whole head: write `head"),
    ("head: logistic, augment: mixup(0.2)", "'frozen': augment: mixup and cutmix mix images"),
])
def test_what_cannot_be_fitted_is_refused(load, head, message):
    with pytest.raises(UserError, match=message):
        load((EPOCHS, head))


def test_it_is_no_network_from_scratch(load):
    with pytest.raises(UserError, match="'small': unknown net operation 'logistic'"):
        load(("conv(8) | pool | flatten", "logistic"))


def test_a_child_has_its_layers_and_an_optimiser_of_its_own(experiment):
    tuned = experiment("tuned", LOGISTIC, SHARED)
    assert (tuned.head, tuned.has_optimizer, tuned.optimizer, tuned.patience) == ("logistic", True, "adamw(0.1)", 2)
    assert repr(parsed_specs(tuned)["head"]) == "(GlobalAverage(),)"


def test_a_child_without_epochs_trains_nothing(experiment):
    assert not experiment("tuned", LOGISTIC, ("tune_last: 5, learning_rate: 0.0001, epochs: 1",
                                              "learning_rate: 0.1, epochs: 0, tta: mirror")).trains


@pytest.mark.parametrize("rate", ["", "learning_rate: null, "])
def test_any_other_experiment_needs_a_learning_rate(load, rate):
    with pytest.raises(UserError, match="learning_rate"):
        load((EPOCHS, f"head: gap, {rate}epochs: 4"))


def test_it_is_read_back_from_the_profile_that_a_smoke_test_writes_and_from_a_recipe(load, tmp_path):
    profile = load(LOGISTIC)
    write_profile(profile, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == profile
    assert Profile.model_validate(profile.model_dump(mode="json")) == profile
