import pytest
from pydantic import ValidationError

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.profile import Profile, Split
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError

SCRATCH = {"model_id": "cnn", "key": "cnn", "learning_rate": 0.1, "epochs": 1, "net": "gap"}
TRANSFER = {"model_id": "lite0", "key": "lite0", "learning_rate": 0.1, "epochs": 1, "backbone": "B", "head": "gap"}


def test_the_defaults_of_a_profile():
    profile = Profile(dataset="demo")
    assert (profile.image_size, profile.seeds, profile.experiments) == (224, (0,), ())
    assert (profile.split.fractions, profile.split.random_state) == ((0.7, 0.2, 0.1), 5)


def test_scratch_experiments_come_first():
    profile = Profile(dataset="demo", transfer=[TRANSFER], scratch=[SCRATCH])
    assert [(experiment.key, experiment.stage, experiment.network) for experiment in profile.experiments] == [
        ("cnn", "scratch", "gap"), ("lite0", "transfer", "gap")]


def test_images_are_prepared_at_the_largest_size_that_an_experiment_asks_for():
    sizes = [SCRATCH | {"image_size": 96}, SCRATCH | {"key": "b", "image_size": 64}]
    assert Profile(dataset="demo", image_size=28, scratch=sizes).prepared_size == 96
    assert Profile(dataset="demo", scratch=sizes, transfer=[TRANSFER | {"image_size": 320}]).prepared_size == 320
    assert Profile(dataset="demo", image_size=28).prepared_size == 28


def test_several_backbones_are_joined_to_one_name():
    assert TransferExperiment(**TRANSFER | {"backbone": ["A", "B"]}).backbone == "A + B"
    assert TransferExperiment(**TRANSFER | {"backbone": ["A", "B"]}).backbones == ("A", "B")
    assert TransferExperiment(**TRANSFER | {"backbone": ["A"]}).backbones == ("A",)
    for wrong in ([], ["A", "A"], ["A", 1], "A + A"):
        with pytest.raises(ValidationError, match="a list of backbones holds different names"):
            TransferExperiment(**TRANSFER | {"backbone": wrong})


def test_records_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        ScratchExperiment(**SCRATCH).epochs = 3


def test_the_slug_is_a_file_name():
    assert ScratchExperiment(**SCRATCH | {"key": "conv4: a/b, lr=1e-3"}).slug == "conv4_a_b_lr_1e-3"


@pytest.mark.parametrize("name", ["", " ", "cnn ", " cnn", "c\nnn", "c\x1b[2Jnn", "c\u200bnn"])
@pytest.mark.parametrize("field", ["key", "model_id"])
def test_a_name_can_be_seen(field, name):
    with pytest.raises(ValidationError):
        ScratchExperiment(**SCRATCH | {field: name})


def test_the_published_accuracy_is_one_for_all_seeds_or_one_per_seed():
    once = ScratchExperiment(**SCRATCH, published_accuracy=0.7, seeds=[0, 3])
    each = ScratchExperiment(**SCRATCH, published_accuracy=[0.7, 0.6], seeds=[0, 3, 4])
    assert [once.published_with(seed) for seed in (0, 3)] == [0.7, 0.7]
    assert [each.published_with(seed) for seed in (0, 3, 4)] == [0.7, 0.6, None]
    assert ScratchExperiment(**SCRATCH).published_with(0) is None


@pytest.mark.parametrize(("kind", "wrong"), [
    (ScratchExperiment, SCRATCH | {"published_accuracy": [0.5, 97]}),
    (ScratchExperiment, SCRATCH | {"patience": -1}),
    (ScratchExperiment, SCRATCH | {"seeds": []}),
    (TransferExperiment, TRANSFER | {"tune_last": "every"}),
    (TransferExperiment, TRANSFER | {"weights": "cifar"}),
    (ScratchExperiment, SCRATCH | {"epochs": -1}),
    (ScratchExperiment, SCRATCH | {"learning_rate": 0}),
    (ScratchExperiment, SCRATCH | {"learning_rate": float("nan")}),
    (ScratchExperiment, SCRATCH | {"published_accuracy": 97.5}),
    (ScratchExperiment, SCRATCH | {"image_size": 0}),
    (ScratchExperiment, SCRATCH | {"model_id": ""}),
    (ScratchExperiment, SCRATCH | {"backbone": "B"}),
    (TransferExperiment, TRANSFER | {"tune_last": -1}),
    (TransferExperiment, TRANSFER | {"net": "gap"}),
    (Profile, {"dataset": "demo", "seeds": []}),
    (Profile, {}),
])
def test_invalid_values_are_refused(kind, wrong):
    with pytest.raises(ValidationError):
        kind(**wrong)


@pytest.mark.parametrize("fractions", [(0.7, 0.3, 0), (0.7, 0.4, 0.1), (1.2, -0.1, -0.1), (0.5, 0.3, 0.1)])
def test_shares_that_are_no_shares_are_refused_before_anything_runs(fractions):
    with pytest.raises(ValidationError, match="must be positive and sum to 1"):
        Split(fractions=fractions)


@pytest.mark.parametrize("values", [{"random_state": -1}, {"random_state": 2**32}, {"by": "chance"}])
def test_a_split_that_cannot_be_made_is_refused(values):
    with pytest.raises(ValidationError):
        Split(**values)


def test_two_rules_never_share_a_folder():
    rules = [Split(by=by, fractions=fractions, random_state=state) for by in ("group", "seed")
             for fractions in ((0.7, 0.2, 0.1), (0.7, 0.1, 0.2), (0.70001, 0.2, 0.09999)) for state in (1, 11)]
    assert len({rule.name for rule in rules}) == len(rules)


def test_small_classes_are_left_out_only_where_it_is_said_in_so_many_words(load):
    assert not load().drop_small_classes
    assert load(drop_small_classes=True).drop_small_classes
    assert load(("augment: flip", "drop_small_classes: true")).drop_small_classes
    for value in (1, "yes", "true", None):
        with pytest.raises(UserError, match="parameter 'drop_small_classes'"):
            load(drop_small_classes=value)
