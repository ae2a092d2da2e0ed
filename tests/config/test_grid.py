"""`grid` in an experiment: the experiments that it makes, their keys, and what is refused."""

import pytest

from auxiliary.commands.smoke_profile import write_profile
from auxiliary.config.grid import MOST
from auxiliary.config.grid_keys import VARIED, grids_of, key_part, split_key, without_setting
from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError

START = """dataset: demo
batch_size: 64
scratch:
"""


@pytest.fixture
def profile(tmp_path):
    """Loads a profile with these experiments from scratch, each on a line of its own from the fourth on."""
    def loaded(*lines, **overrides):
        path = tmp_path / "mine.yaml"
        path.write_text(START + "".join(f"  - {{{line}}}\n" for line in lines), encoding="utf-8")
        return load_profile(str(path), overrides)

    return loaded


SMALL = "model_id: small, net: conv(4) | gap, epochs: 5"
SWEPT = f"{SMALL}, grid: {{learning_rate: [1e-3, 3e-4], batch_size: [32, 64]}}"
KEYS = ["small_lr1e-3_batch32", "small_lr1e-3_batch64", "small_lr3e-4_batch32", "small_lr3e-4_batch64"]


def keys(profile):
    return [experiment.key for experiment in profile.experiments]


def test_a_grid_is_one_experiment_for_each_combination(profile):
    swept = profile(SWEPT)
    assert keys(swept) == KEYS
    assert [(each.learning_rate, each.batch_size) for each in swept.experiments] == [
        (1e-3, 32), (1e-3, 64), (3e-4, 32), (3e-4, 64)]
    assert {(each.model_id, each.epochs, each.net) for each in swept.experiments} == {("small", 5, "conv(4) | gap")}


def test_seeds_within_it_belong_to_each_combination(profile):
    within = profile(f"{SMALL}, grid: {{learning_rate: [1e-3, 3e-4], seeds: [3, 4]}}")
    assert [(each.key, each.seeds) for each in within.experiments] == [
        ("small_lr1e-3", (3, 4)), ("small_lr3e-4", (3, 4))]
    again = profile(f"{SMALL}, grid: {{learning_rate: [1e-3, 3e-4], seeds: [3, 4]}}", seeds=[7])
    assert {each.seeds for each in again.experiments} == {(7,)}


def test_the_key_of_an_experiment_is_that_of_its_grid(profile):
    assert keys(profile(f"{SMALL}, key: mine, learning_rate: 0.1, grid: {{sampling: [none, mean]}}")) == [
        "mine_sampling-none", "mine_sampling-mean"]


def test_a_list_of_one_keeps_the_key(profile):
    assert keys(profile(f"{SMALL}, grid: {{learning_rate: [0.0010]}}")) == ["small_lr1e-3"]


@pytest.mark.parametrize(("name", "value", "part"), [
    ("learning_rate", 0.0015, "_lr1.5e-3"), ("learning_rate", 0.05, "_lr0.05"), ("learning_rate", "auto", "_lr-auto"),
    ("learning_rate", 1e-05, "_lr1e-5"), ("learning_rate", 1, "_lr1"), ("batch_size", 1000, "_batch1000"),
    ("label_smoothing", 0, "_smoothing0"), ("tune_last", "all", "_tune-all"), ("tune_last", 30, "_tune30"),
    ("deterministic", False, "_deterministic-false"), ("augment", "", "_augment-none"),
    ("augment", "flip | shift(0.1)", "_augment-flip-shift-0.1"), ("class_weight", "none", "_classweight-none"),
    ("sizes", [80, 112], "_sizes-80-112"), ("parent", "a_lr1e-3", "_parent-a-lr1e-3"),
    ("backbone", ["A", "B"], "_backbone-A-B"),
    ("net", "conv(16) | gap", "_net-conv-16-gap")])
def test_a_value_is_readable_in_a_key(name, value, part):
    assert key_part(name, value) == part
    # It is read back, and no underscore within it ends it.
    assert [*split_key(f"a_model{part}")[1]] == [name] and split_key(f"a_model{part}")[0] == "a_model"


def test_a_long_value_ends_in_a_fingerprint():
    one, other = (key_part("net", f"conv(16) | pool | conv(32) | conv({last}) | gap") for last in (8, 9))
    assert one[:-4] == other[:-4] == "_net-conv-16-pool-conv-3-" and one != other
    assert one == key_part("net", "conv(16) | pool | conv(32) | conv(8) | gap")


def test_values_may_have_names(profile):
    named = profile(f"{SMALL}, learning_rate: 0.1, grid: {{augment: {{weak: flip, strong: flip | shift(0.1)}}}}")
    assert {each.key: each.augment for each in named.experiments} == {
        "small_augment-weak": "flip", "small_augment-strong": "flip | shift(0.1)"}


def test_a_key_is_read_back():
    assert split_key("a_b_lr1e-3_batch32") == ("a_b", {"learning_rate": "1e-3", "batch_size": "32"})
    for other in ("small", "air10_six_views", "small_batch", "small_lr1e-3_tuned", "conv4_80epochs", ""):
        assert split_key(other) == (other, {})
    assert without_setting("a_b_lr1e-3_batch32", "learning_rate") == "a_b_batch32"
    assert without_setting("a_b_lr1e-3_batch32", "epochs") == "a_b_lr1e-3_batch32"
    assert without_setting("a_net-gap", "network") == "a"
    assert without_setting("small", "epochs") == "small"


def test_every_setting_can_be_read_from_a_key():
    for name in {name for names in VARIED.values() for name in names}:
        assert split_key(f"small{key_part(name, 3)}") == ("small", {name: "3"})


def test_the_grids_of_some_experiments(profile):
    swept = profile(SWEPT, "model_id: other, net: gap, learning_rate: 0.1, epochs: 1")
    assert grids_of(swept.experiments) == [("small", {"learning_rate": [1e-3, 3e-4], "batch_size": [32, 64]})]


@pytest.mark.parametrize("line", [
    "model_id: child, parent: small_lr1e-3_batch32, learning_rate: 0.1, epochs: 1",
    "model_id: child, learning_rate: 0.1, epochs: 1, grid: {parent: [small_lr1e-3_batch32, small_lr3e-4_batch64]}",
    "model_id: both, ensemble: [small_lr1e-3_batch32, small_lr3e-4_batch64]",
    "model_id: all, parent: small_lr1e-3_batch32, refit: true"])
def test_other_experiments_name_one_of_its_keys(profile, line):
    assert profile(SWEPT, line).experiments[-1].needs[0].startswith("small_lr")


@pytest.mark.parametrize(("line", "message"), [
    ("model_id: child, parent: small, learning_rate: 0.1, epochs: 1",
     "5: scratch.1.parent: 'small' is a grid of 4 experiments: name one of them"),
    ("model_id: child, learning_rate: 0.1, epochs: 1, grid: {parent: [small]}",
     "5: scratch.1.parent: 'small' is a grid of 4"),
    ("model_id: both, ensemble: [small, small_lr1e-3_batch32]",
     "5: scratch.1.ensemble: 'small' is a grid of 4 experiments: name those that are its members"),
    ("model_id: all, parent: small, refit: true", "'small' is a grid of 4 experiments"),
    ("model_id: all, refit: true, grid: {parent: [small_lr1e-3_batch32]}", "5: scratch.1.grid: an experiment with "
     "`refit` takes no grid"),
    ("model_id: both, ensemble: [a, b], grid: {batch_size: [1]}", "an experiment with `ensemble` takes no grid"),
    ("key: small_lr1e-3_batch32, model_id: x, net: gap, epochs: 1, learning_rate: 0.1",
     "2 experiments have the key 'small_lr1e-3_batch32'"),
])
def test_what_others_may_not_say_of_it(profile, line, message):
    with pytest.raises(UserError) as caught:
        profile(SWEPT, line)
    assert message in str(caught.value)


@pytest.mark.parametrize(("grid", "message"), [
    ("", "4: scratch.0.grid: lists of values are needed"),
    ("{}", "4: scratch.0.grid: lists of values are needed"),
    ("[1e-3]", "lists of values are needed"),
    ("{seeds: [0, 1]}", "lists of values are needed"),
    ("{learning_rate: 1e-3}", "4: scratch.0.grid.learning_rate: 0.001 is no list"),
    ("{learning_rate: []}", "4: scratch.0.grid.learning_rate: the list is empty"),
    ("{learning_rate: [1e-3, 0.0010]}", "0.001 stands there twice"),
    ("{augment: [shift(-1), shift(1)]}", "would both be called 'augment-shift-1': give them names"),
    ("{lerning_rate: [1]}", "4: scratch.0.grid.lerning_rate: unknown setting 'lerning_rate': did you mean "
                            "'learning_rate'?"),
    ("{backbone: [A]}", "scratch.0.grid.backbone: unknown setting 'backbone'"),
    ("{optimizer: [adam, sgd(0.9, nesterov=True)]}", "4: scratch.0.grid.optimizer: 'sgd(0.9' is half a spec: put"),
    ("{note: [a, b]}", "'note' is nothing that a grid varies"),
    ("{ensemble: [a, b]}", "'ensemble' is nothing that a grid varies"),
    ("{epochs: [1, 2]}", "scratch.0.grid.epochs: the experiment has `epochs` already"),
    ("{learning_rate: [0.1, -2.0]}", "4: scratch.0.grid.learning_rate.1: -2.0: input should be greater than 0"),
    ("{learning_rate: [0.1], batch_size: [x, 0, 8]}", "4: scratch.0.grid.batch_size.0: 'x': input should be a valid"),
    ("{learning_rate: [0.1], batch_size: [x, 0, 8]}", "4: scratch.0.grid.batch_size.1: 0: input should be greater"),
    ("{learning_rate: [0.1], sampling: {a: maen}}", "4: scratch.0.grid.sampling.a: 'maen': input should be 'smallest'"),
    ("{learning_rate: [0.1], sizes: [80]}", "scratch.0.grid.sizes.0: 80: a list is needed"),
    ("{learning_rate: [0.1], seeds: [-1]}", "scratch.0.grid.seeds.0: -1: input should be greater"),
    ("{learning_rate: [0.1], batch_size: %s}" % [*range(2, MOST + 3)], "1 x 101 = 101 combinations are too many"),
])
def test_a_grid_that_is_none_is_refused_with_its_line(profile, grid, message):
    with pytest.raises(UserError) as caught:
        profile(f"{SMALL}, grid: {grid}")
    assert message in str(caught.value)


def test_each_wrong_value_is_named_once(profile):
    with pytest.raises(UserError) as caught:
        profile(f"{SMALL}, grid: {{learning_rate: [0.1, -2.0], batch_size: [8, 16, 32]}}")
    assert len(str(caught.value).splitlines()) == 1


def test_the_line_is_that_of_the_value(profile):
    with pytest.raises(UserError, match=r"mine.yaml:6: scratch.0.grid.learning_rate.1: -1.0"):
        profile(f"{SMALL}, grid: {{learning_rate: [\n  0.1,\n  -1.0]}}")
    with pytest.raises(UserError, match=r"mine.yaml:5: scratch.1.epochs: input"):
        profile(SWEPT, "model_id: other, net: gap, learning_rate: 0.1, epochs: -1")


def test_a_misspelt_grid_is_named(profile):
    with pytest.raises(UserError, match=r"unknown name 'scratch.0.gird'; did you mean 'grid'"):
        profile(f"{SMALL}, learning_rate: 0.1, gird: {{batch_size: [1]}}")


def test_parameters_do_not_replace_what_it_varies(profile):
    with pytest.raises(UserError, match=r"parameter 'batch_size': the grid of 'small' varies it.*-e 'small_\*'"):
        profile(SWEPT, batch_size=3)
    assert {each.epochs for each in profile(SWEPT, epochs=3).experiments} == {3}


@pytest.mark.parametrize("key", ["[1]", "{a: 1}", "", "3"])
def test_a_key_that_is_none_is_named(profile, key):
    with pytest.raises(UserError, match=r"mine.yaml:4: scratch.0.key: "):
        profile(f"{SMALL}, key: {key}, grid: {{learning_rate: [0.1, 0.2]}}")


def test_seeds_are_said_once(profile):
    with pytest.raises(UserError, match=r"grid.seeds: the experiment has `seeds` already"):
        profile(f"{SMALL}, seeds: [1], grid: {{learning_rate: [0.1], seeds: [2]}}")


def test_a_written_profile_is_read_back(profile, tmp_path):
    swept = profile(SWEPT)
    write_profile(swept, tmp_path / "written.yaml")
    assert load_profile(str(tmp_path / "written.yaml")) == swept
