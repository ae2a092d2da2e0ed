"""`ensemble: [keys]` in a profile: its members, what it has from them, and what is refused."""

import pytest

from auxiliary.commands.smoke_profile import write_profile
from auxiliary.config.ensemble import WITHOUT_TRAINING, Ensemble
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError

TUNED = "tune_last: 5, learning_rate: 0.0001, epochs: 1}\n"


def adding(line):
    """The profile of `load` with one more experiment at its end."""
    return TUNED, f"{TUNED}  - {{{line}}}\n"


BOTH = adding("model_id: both, ensemble: [frozen, tuned], note: two")


def test_it_has_nothing_of_its_own_but_its_members_and_seeds(experiment):
    both = experiment("both", BOTH, ("dataset: demo", "dataset: demo\nseeds: [3, 4]\noptimizer: rmsprop\npatience: 2"))
    assert isinstance(both, Ensemble) and both.ensemble == both.needs == ("frozen", "tuned")
    assert (both.seeds, both.image_size, both.note, both.stage) == ((3, 4), 112, "two", "transfer")
    assert both.network == "ensemble(frozen, tuned)"
    assert {name: getattr(both, name) for name in WITHOUT_TRAINING} == WITHOUT_TRAINING
    assert not both.has_optimizer and not both.trains


def test_its_images_have_the_size_of_its_largest_member(experiment):
    large, both = "backbone: MobileNetV2, image_size: 160, head: logistic", "ensemble: [frozen, large]"
    line = f"model_id: large, {large}}}\n  - {{model_id: both, {both}"
    assert experiment("both", adding(line)).image_size == 160


def test_overrides_set_its_seeds_and_nothing_else(load):
    profile = load(BOTH, epochs=9, learning_rate=0.5, augment="flip", sampling="largest", image_size=64, seeds=[8])
    both = profile.experiments[-1]
    assert (both.seeds, both.image_size) == ((8,), 64)
    assert {name: getattr(both, name) for name in WITHOUT_TRAINING} == WITHOUT_TRAINING


@pytest.mark.parametrize(("line", "message"), [
    ("ensemble: [frozen, tunde]", "experiment 'both': unknown member 'tunde': did you mean 'tuned'"),
    ("ensemble: [frozen, small]", "'both': its member 'small' is of the other stage: an ensemble is either"),
    ("ensemble: [frozen, both]", "unknown member 'both'.*a member is an earlier experiment of the same stage"),
    ("ensemble: frozen", "`ensemble` is a list of keys"),
    ("ensemble: ", "`ensemble` is a list of keys"),
    ("ensemble: [frozen, 3]", "`ensemble` is a list of keys"),
    ("ensemble: [frozen]", r"mine.yaml:11: transfer.2.ensemble: two members or more are needed"),
    ("ensemble: [frozen, frozen]", "transfer.2.ensemble: two members or more are needed, each of them once"),
    ("ensemble: [frozen, tuned], epochs: 3", "experiment 'both' is an ensemble and takes no 'epochs'"),
    ("ensemble: [frozen, tuned], image_size: 50", "experiment 'both' is an ensemble and takes no 'image_size'"),
    ("ensemble: [frozen, tuned], parent: frozen", "experiment 'both' is an ensemble and takes no 'parent'"),
    ("ensemble: [frozen, tuned], head: gap", r"mine.yaml:11: unknown name 'transfer.2.head'"),
    ("ensemble: [frozen, tuned], seed: [1]", r"unknown name 'transfer.2.seed'; did you mean 'seeds'"),
])
def test_what_cannot_be_an_ensemble_is_refused(load, line, message):
    with pytest.raises(UserError, match=message):
        load(adding(f"model_id: both, {line}"))


def test_an_ensemble_of_ensembles_is_refused(load):
    again = (BOTH[0], f"{BOTH[1]}  - {{model_id: all, ensemble: [frozen, both]}}\n")
    with pytest.raises(UserError, match="'all': its member 'both' is an ensemble itself: name the members"):
        load(again)


def test_a_refit_is_no_member_for_it_has_seen_the_validation_images(load):
    again = "model_id: again, backbone: MobileNetV2, head: gap, image_size: 64, learning_rate: 0.1, epochs: 1"
    refit = f"{again}}}\n  - {{model_id: all, parent: again, refit: true}}\n  - {{model_id: both"
    with pytest.raises(UserError, match=r"'both': its member 'all' is a refit, .*: name its parent 'again'"):
        load(adding(f"{refit}, ensemble: [frozen, all]"))
    assert load(adding(f"{refit}, ensemble: [frozen, again]")).experiments[-1].needs == ("frozen", "again")


def test_an_ensemble_is_no_parent(load):
    child = (BOTH[0], f"{BOTH[1]}  - {{model_id: on, parent: both, learning_rate: 0.1, epochs: 1}}\n")
    with pytest.raises(UserError, match="'on': its parent 'both' is an ensemble, which has no weights of its own"):
        load(child)


def from_scratch(line):
    """The profile of `load` with one more experiment at the end of `scratch`."""
    return "transfer:", f"  - {{{line}}}\ntransfer:"


def test_networks_from_scratch_have_ensembles_of_their_own(load, tmp_path):
    profile = load(from_scratch("model_id: two, ensemble: [small, longer]"), BOTH, epochs=9)
    two = profile.scratch[-1]
    assert isinstance(two, Ensemble) and (two.stage, two.image_size, two.epochs) == ("scratch", 28, 0)
    assert [each.key for each in profile.experiments if isinstance(each, Ensemble)] == ["two", "both"]
    write_profile(profile, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == profile
    assert Profile.model_validate(profile.model_dump(mode="json")) == profile


@pytest.mark.parametrize(("line", "message"), [
    ("ensemble: [small, frozen]", "'two': its member 'frozen' is of the other stage: an ensemble is either"),
    ("ensemble: [small]", r"mine.yaml:\d+: scratch.2.ensemble: two members or more are needed"),
    ("ensemble: [small, longer], net: gap", r"mine.yaml:\d+: unknown name 'scratch.2.net'")])
def test_what_cannot_be_one_from_scratch_is_refused(load, line, message):
    with pytest.raises(UserError, match=message):
        load(from_scratch(f"model_id: two, {line}"))


def test_errors_of_other_experiments_keep_their_place(load):
    with pytest.raises(UserError, match=r"mine.yaml:9: transfer.0.epochs: input should be a valid integer"):
        load(("learning_rate: 0.001, epochs: 4", "learning_rate: 0.001, epochs: many"))
    with pytest.raises(UserError, match=r"unknown name 'transfer.0.heads'; did you mean 'head'"):
        load(("head: gap", "head: gap, heads: gap"))


def test_it_is_read_back_from_the_profile_that_a_smoke_test_writes_and_from_a_recipe(load, tmp_path):
    profile = load(BOTH)
    write_profile(profile, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == profile
    assert Profile.model_validate(profile.model_dump(mode="json")) == profile
