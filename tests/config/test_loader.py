import pytest

from auxiliary.config.choose import PROFILES
from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError


@pytest.mark.parametrize("name", sorted(file.stem for file in PROFILES.glob("*.yaml")))
def test_every_profile_of_the_repository_loads(name):
    assert load_profile(name, {"dataset": "demo"}).experiments


def test_yaml_means_what_it_looks_like(experiment):
    assert experiment("small").learning_rate == 0.0007
    assert experiment("NO", ("model_id: small", "model_id: NO"), ("parent: small", "parent: NO")).model_id == "NO"


@pytest.mark.parametrize(("text", "message"), [
    ("dataset: [\n", ":2: not valid YAML: expected the node content"),
    ("dataset: demo\nseeds: [0]\ndataset: demo\n", ':3: not valid YAML: found duplicate key "dataset"'),
    ("dataset: k\xf6ln", " is not valid YAML: 'utf-8' codec"),
    ("dataset: \x01", " is not valid YAML: unacceptable character"),
    ("- demo\n", " is not a profile; "),
    ("", " is not a profile; "),
])
def test_a_file_that_is_not_a_profile_is_refused(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError) as caught:
        load_profile(str(path))
    assert str(caught.value).startswith(f"{path}{message}")


class TestCompleteExperiments:
    def test_settings_of_the_profile_are_filled_in(self, experiment):
        assert (experiment("small").image_size, experiment("small").batch_size) == (28, 64)
        assert (experiment("frozen").image_size, experiment("frozen").batch_size) == (112, 64)

    def test_the_key_is_the_model_id_unless_given(self, experiment):
        assert experiment("small").model_id == "small"
        assert experiment("other", ("model_id: longer", "model_id: small, key: other")).model_id == "small"

    def test_a_child_has_its_parents_network_and_image_size(self, experiment):
        assert experiment("longer").net == "conv(8) | pool | flatten"
        assert (experiment("tuned").backbone, experiment("tuned").head, experiment("tuned").image_size) == (
            "EfficientNetLite0",
            "gap",
            112,
        )

    def test_a_child_has_its_own_epochs_and_rate(self, experiment):
        assert (experiment("longer").epochs, experiment("longer").learning_rate) == (3, 0.0001)

    def test_a_frozen_experiment_inherits_no_augmentation(self, load):
        assert {experiment.key: experiment.augment for experiment in load().experiments} == {
            "small": "flip", "longer": "flip", "frozen": "", "tuned": "flip"}


class TestOverrides:
    def test_a_setting_is_set_for_the_profile_and_all_experiments(self, load):
        profile = load(image_size=32)
        assert {profile.image_size, *(experiment.image_size for experiment in profile.experiments)} == {32}

    @pytest.mark.parametrize("name", ["epochs", "learning_rate"])
    def test_epochs_and_rate_are_set_for_all_experiments(self, load, name):
        assert {getattr(experiment, name) for experiment in load(**{name: 9}).experiments} == {9}

    def test_an_experiment_without_epochs_stays_so(self, load):
        given = {
            experiment.key: experiment.epochs for experiment in load(("epochs: 3", "epochs: 0"), epochs=9).experiments
        }
        assert given == {"small": 9, "longer": 0, "frozen": 9, "tuned": 9}

    def test_an_experiment_without_epochs_keeps_its_augmentation(self, experiment):
        change = ("epochs: 3", "epochs: 0, tta: augmented(2), augment: zoom(0.1)")
        assert experiment("longer", change, augment="").augment == "zoom(0.1)"
        assert experiment("longer", ("epochs: 3", "epochs: 0, tta: augmented(2)")).augment == "flip"

    def test_frozen_experiments_are_left_out_of_test_time_augmentation(self, load):
        assert {experiment.key: experiment.tta for experiment in load(tta="mirror").experiments} == {
            "small": "mirror",
            "longer": "mirror",
            "frozen": "",
            "tuned": "mirror",
        }

    def test_an_experiment_may_have_seeds_of_its_own(self, experiment):
        change = ("epochs: 2", "epochs: 2, seeds: [4, 5]")
        assert (experiment("small", change).seeds, experiment("frozen", change).seeds) == ((4, 5), (0,))
        assert experiment("small", change, seeds=[7]).seeds == (7,)

    def test_a_field_of_the_split_is_set_by_its_own_name(self, load):
        split = load(**{"split.random_state": 7}).split
        assert (split.random_state, split.fractions) == (7, (0.7, 0.2, 0.1))

    def test_a_split_in_the_file_is_kept_but_for_the_override(self, load):
        changed = ("dataset: demo", "dataset: demo\nsplit: {fractions: [0.5, 0.3, 0.2]}")
        assert load(changed, **{"split.random_state": 7}).split.fractions == (0.5, 0.3, 0.2)

    def test_frozen_experiments_are_left_out_of_augmentation(self, load):
        without_tuning = ("tune_last: 5", "tune_last: 0")
        assert {
            experiment.key: experiment.augment for experiment in load(without_tuning, augment="zoom(0.1)").experiments
        } == {"small": "zoom(0.1)", "longer": "zoom(0.1)", "frozen": "", "tuned": ""}

    def test_the_given_overrides_do_not_change(self, load):
        given = {"split": {"random_state": 7}, "seeds": [3]}
        load(**given)
        assert given == {"split": {"random_state": 7}, "seeds": [3]}

    def test_a_split_and_a_part_of_it_are_not_given_both(self, load):
        """Their order would decide which of them counts."""
        given = {"split": {"by": "group"}, "split.by": "seed"}
        for names in (list(given), list(given)[::-1]):
            with pytest.raises(UserError, match=r"parameter 'split\.by' is a part of 'split', which is given too"):
                load(**{name: given[name] for name in names})

    @pytest.mark.parametrize(("name", "nearest"), [
        ("epoch", "epochs"), ("batchsize", "batch_size"), ("split.random_sate", "split.random_state")])
    def test_an_unknown_one_comes_with_the_nearest(self, load, name, nearest):
        with pytest.raises(UserError, match=f"unknown parameter '{name}': did you mean '{nearest}'"):
            load(**{name: 1})

    @pytest.mark.parametrize("name", ["net", "scratch", "model_id"])
    def test_fields_of_one_experiment_cannot_be_set_for_all(self, load, name):
        with pytest.raises(UserError, match=f"unknown parameter '{name}'"):
            load(**{name: "x"})


class TestKeys:
    def test_no_two_experiments_share_a_key(self, load):
        with pytest.raises(UserError, match="2 experiments have the key 'small': give each a `key` of its own"):
            load(("model_id: frozen", "model_id: small"), ("parent: frozen", "parent: small"))

    def test_nor_two_keys_that_look_the_same(self, load):
        composed, decomposed = "caf\u00e9", "cafe\u0301"
        with pytest.raises(UserError, match=f"2 experiments have the key '{composed}'"):
            load(("model_id: longer", f"model_id: {composed}"), ("model_id: tuned", f"model_id: {decomposed}"))
