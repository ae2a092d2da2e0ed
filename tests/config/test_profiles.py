"""The experiments of the repository's profiles are those that were published, or their notes name the difference."""

import re

import pandas as pd
import pytest

from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError
from auxiliary.data.sampling import sample_to_n, sampling_size
from auxiliary.data.splitting.split import split
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.costs import costs_per_layer, network_cost
from auxiliary.networks.operations.registry import OPERATIONS
from auxiliary.project.checks import check_experiments

# The published result table in the order of its index: model_id, learning rate, epochs, accuracy.
PUBLISHED = [
    ("base_downsamp_augment+", 7e-4, 15, 0.525974),
    ("base_upsamp_augment+", 7e-4, 15, 0.566845),
    ("base_meansamp_augment+", 7e-4, 15, 0.542399),
    ("conv4dense2", 7e-4, 25, 0.614591),
    ("conv4small_dense1", 7e-4, 30, 0.646295),
    ("conv5_dense1", 7e-4, 30, 0.585943),
    ("conv5small_dense1", 7e-4, 30, 0.642857),
    ("conv4small_dense2_lowlr", 5e-4, 30, 0.611154),
    ("conv4lesspoll_dense1", 5e-4, 35, 0.668831),
    ("conv3_dense2", 5e-4, 35, 0.617647),
    ("conv3_dense1", 5e-4, 35, 0.663484),
    ("conv3invert_dense1", 5e-4, 35, 0.650497),
    ("conv4lesspollinv_dense1", 5e-4, 35, 0.608098),
    ("conv4invto128_dense1", 5e-4, 35, 0.678762),
    ("conv5invto128_dense1", 5e-4, 35, 0.653552),
    ("conv5invto128_dense1_35extraepochs", 5e-4, 70, 0.712758),
    ("mobnet2_small_notraining", 7e-4, 15, 0.07945),
    ("mobnet2_small", 7e-4, 15, 0.953018),
    ("mobnet2_3dense", 5e-4, 15, 0.951872),
    ("mobnet2_2dense", 5e-4, 15, 0.954927),
    ("conv5invto128_dense1_80total", 5e-4, 10, 0.713904),
    ("conv4invto128_dense1", 5e-4, 80, 0.710848),
    ("conv4lesspoll_dense1", 5e-4, 80, 0.645913),
    ("mobnet2_small_tune20", 1e-5, 5, 0.956837),
    ("mobnet2_small_tune20", 1e-4, 5, 0.957601),
    ("mobnet2_small_tune20_15epochs", 1e-4, 10, 0.960275),
    ("resnet2_small", 7e-4, 15, 0.94576),
    ("resnet2_small_finetune", 1e-4, 30, 0.94958),
    ("resnet2_small_finetune", 1e-5, 30, 0.959129),
    ("effnet2S_small", 5e-4, 12, 0.97479),
    ("effnet2S_small_finetune", 1e-5, 35, 0.9767),
    ("mobnet2_dense256", 5e-4, 13, 0.961421),
    ("mobnet2_dense256", 5e-4, 13, 0.956073),
    ("mobnet2_dense256_finetune", 1e-5, 30, 0.965623),
    ("conv4inv128_pool_dense256", 1e-4, 80, 0.639037),
    ("conv4inv8to128_pool_dense196", 1e-4, 80, 0.658136),
    ("conv4inv8to128_dense96", 1e-4, 80, 0.645531),
    ("conv4invto128_dense256", 5e-4, 80, 0.702827),
    ("conv4invto128_pool_dense256_upsamp", 5e-4, 80, 0.683728),
    ("conv4invto128_dense256_upsamp", 5e-4, 80, 0.719633),
    ("conv5invto128_dense256", 2e-4, 80, 0.670741),
    ("conv5invto128_dense256_upsamp", 2e-4, 80, 0.700917),
]
NOT_TRAINED = "mobnet2_small_notraining"
FEATURES = (7, 7, 1280)     # what MobileNetV2 and EfficientNetV2S make of 224x224 pixels
SIZES = {"butterfly": 2112, "cat": 1668, "chicken": 3098, "cow": 1866, "dog": 4863, "elephant": 1446,
         "horse": 2623, "sheep": 1820, "spider": 4821, "squirrel": 1862}


@pytest.fixture(scope="module")
def animals10():
    return load_profile("animals10")


@pytest.fixture(scope="module")
def flowers():
    return by_key(load_profile("flowers"))


def by_key(profile):
    return {experiment.key: experiment for experiment in profile.experiments}


def parameters(experiment, classes):
    return network_cost(experiment.net, (experiment.image_size, experiment.image_size, 3), classes).parameters


def filters(spec):
    """The filters of a spec's convolutions, in order."""
    return [int(count) for count in re.findall(r"conv\((\d+)", spec)]


class TestAnimals10:
    def test_every_published_figure_is_there_in_its_order(self, animals10):
        expected = {stage: [(name, rate, 0 if name == NOT_TRAINED else epochs, accuracy)
                            for name, rate, epochs, accuracy in PUBLISHED
                            if name.startswith(("base", "conv")) == (stage == "scratch")]
                    for stage in ("scratch", "transfer")}
        assert sum(map(len, expected.values())) == 42
        for stage, experiments in expected.items():
            assert experiments == [
                (experiment.model_id, experiment.learning_rate, experiment.epochs, experiment.published_with(seed))
                for experiment in getattr(animals10, stage)
                if experiment.published_accuracy is not None
                for seed in experiment.seeds
            ]

    def test_names_that_occur_twice_have_keys(self, animals10):
        assert {
            experiment.key: experiment.model_id
            for experiment in animals10.experiments
            if experiment.key != experiment.model_id
        } == {
            "conv4invto128_dense1_80epochs": "conv4invto128_dense1",
            "conv4lesspoll_dense1_80epochs": "conv4lesspoll_dense1",
            "mobnet2_small_tune20_1e-4": "mobnet2_small_tune20",
            "resnet2_small_finetune_1e-5": "resnet2_small_finetune",
        }
        assert by_key(animals10)["mobnet2_dense256"].seeds == (0, 1)

    def test_rows_that_go_on_from_another_have_it_as_parent(self, animals10):
        assert {experiment.key: experiment.parent for experiment in animals10.experiments if experiment.parent} == {
            "conv5invto128_dense1_35extraepochs": "conv5invto128_dense1",
            "conv5invto128_dense1_80total": "conv5invto128_dense1_35extraepochs",
            "mobnet2_small_tune20": "mobnet2_small",
            "mobnet2_small_tune20_1e-4": "mobnet2_small",
            "mobnet2_small_tune20_15epochs": "mobnet2_small_tune20_1e-4",
            "resnet2_small_finetune": "resnet2_small",
            "resnet2_small_finetune_1e-5": "resnet2_small",
            "effnet2S_small_finetune": "effnet2S_small",
            "mobnet2_dense256_finetune": "mobnet2_dense256",
            "mobnet2_dense256_tuned": "mobnet2_dense256",
            "lite0_finetune": "lite0",
        }

    def test_the_finetuned_row_of_the_table_trains_its_head_and_the_one_beside_it_more(self, animals10):
        experiments = by_key(animals10)
        documented, tuned = experiments["mobnet2_dense256_finetune"], experiments["mobnet2_dense256_tuned"]
        assert (documented.tune_last, tuned.tune_last) == (0, 30)
        assert (documented.published_accuracy, tuned.published_accuracy) == (0.965623, None)
        assert (documented.learning_rate, documented.epochs) == (tuned.learning_rate, tuned.epochs) == (1e-5, 30)

    @pytest.mark.parametrize(("key", "count"), [
        ("conv4invto128_dense256", 4_818_858), ("conv4invto128_dense256_upsamp", 4_818_858),
        ("conv5invto128_dense1", 509_402), ("conv5invto128_dense1_80total", 509_402)])
    def test_networks_have_their_published_size(self, animals10, key, count):
        assert parameters(by_key(animals10)[key], classes=10) == count

    @pytest.mark.parametrize(("key", "count"), [
        ("mobnet2_dense256", 2_588_490), ("mobnet2_dense256_finetune", 2_588_490), ("effnet2S_small", 20_661_866)])
    def test_pretrained_networks_have_their_published_size(self, animals10, key, count):
        experiment = by_key(animals10)[key]
        head = network_cost(experiment.head, FEATURES, classes=10).parameters
        assert (head, BACKBONES[experiment.backbone].parameters + head) == (330_506, count)

    def test_names_say_how_many_convolutions_and_in_which_order(self, animals10):
        for experiment in animals10.scratch:
            if experiment.model_id.startswith("conv"):
                counts = filters(experiment.net)
                assert len(counts) == int(experiment.model_id[4])
                assert counts == sorted(counts, reverse="inv" not in experiment.model_id)
                assert counts[-1] == 128 or "128" not in experiment.model_id
                assert ("pool(3)" in experiment.net) == ("_pool" in experiment.model_id)
                assert (experiment.net.count("pool") < len(counts)) == ("lesspoll" in experiment.model_id)

    def test_what_no_publication_says_is_said_to_be_a_guess(self, animals10):
        experiments = by_key(animals10)
        # Published layer by layer are the convolutions of two names, and dense layers called dense1 and dense256.
        published = {experiments[f"conv{convolutions}invto128_dense{units}"].net
                     for convolutions in (4, 5) for units in (1, 256)}
        guessed = [
            experiment
            for experiment in animals10.scratch
            if experiment.published_accuracy and experiment.net not in published
        ]
        guessed += [
            experiment
            for experiment in animals10.transfer
            if experiment.published_accuracy and not experiment.parent and experiment.head != "gap | dense(256)"
        ]
        assert len(guessed) == 18 + 5
        assert all(re.search(r"\bread as\b", experiment.note) for experiment in guessed)

    @pytest.mark.parametrize(("key", "said"), [
        (NOT_TRAINED, "the published table lists 15 epochs"),
        ("conv5invto128_dense1_35extraepochs", "as in the published table"),
        ("conv5invto128_dense1_80total", "the slides give 80"),
        ("mobnet2_small_tune20_15epochs", "name and slides give 15"),
        ("mobnet2_dense256", "two seeds of one experiment"),
        ("mobnet2_dense256_finetune", "330,506"),
        ("mobnet2_dense256_finetune", "0.96692 is a training accuracy"),
        ("resnet2_small_finetune", "30 as in effnet2S_small_finetune"),
        ("resnet2_small_finetune_1e-5", "30 as in effnet2S_small_finetune"),
    ])
    def test_where_the_documents_contradict_each_other_the_note_says_so(self, animals10, key, said):
        assert said in by_key(animals10)[key].note

    @pytest.mark.parametrize(("key", "size"), [
        ("base_downsamp_augment+", 1012), ("base_meansamp_augment+", 1832), ("base_upsamp_augment+", 3404)])
    def test_sampling_leaves_validation_and_test_untouched(self, animals10, key, size):
        images = pd.DataFrame([(f"{category}/{i}.jpg", category) for category, count in SIZES.items()
                                 for i in range(count)], columns=["filepath", "category"])
        train, val, test = split(images, animals10.split.fractions, animals10.split.random_state)
        sample = sample_to_n(train, sampling_size(train, by_key(animals10)[key].sampling))
        assert sample["category"].value_counts().to_dict() == dict.fromkeys(SIZES, size)
        assert set(sample["filepath"]) <= set(train["filepath"])
        assert set(val["filepath"]) | set(test["filepath"]) == set(images["filepath"]) - set(train["filepath"])
        assert (len(images), len(val), len(test)) == (26_179, 5236, 2618)

    def test_all_published_ones_but_the_named_are_trained_on_the_mean_size(self, animals10):
        assert {
            experiment.key: experiment.sampling for experiment in animals10.experiments
            if experiment.sampling != "mean" and experiment.published_accuracy is not None
        } == {
            "base_downsamp_augment+": "smallest",
            "base_upsamp_augment+": "largest",
            "conv4invto128_pool_dense256_upsamp": "largest",
            "conv4invto128_dense256_upsamp": "largest",
            "conv5invto128_dense256_upsamp": "largest",
        }

    def test_the_variant_of_200_pixels_is_one_parameter(self, animals10):
        smaller = load_profile("animals10", {"image_size": 200})
        assert {experiment.image_size for experiment in smaller.experiments} == {200}
        assert [experiment.network for experiment in smaller.experiments] == [
            experiment.network for experiment in animals10.experiments
        ]

    def test_images_too_small_for_a_network_name_the_operation_that_ran_out(self):
        with pytest.raises(UserError, match=r"experiment 'conv5_dense1': net .*: operation 9, `conv.8.`, "
                                            "gets 16 channels of 2 x 2 pixels: a window of 3 pixels"):
            check_experiments(load_profile("animals10", {"image_size": 64}))


class TestCifar10:
    @pytest.mark.parametrize(("key", "count"), [("M1", 295_850), ("M2", 583_626), ("M3", 1_159_178)])
    def test_networks_have_their_published_size(self, key, count):
        experiment = by_key(load_profile("cifar10"))[key]
        assert (experiment.optimizer, parameters(experiment, classes=10)) == ("rmsprop", count)

    def test_the_third_is_trained_with_each_optimiser(self):
        experiments = by_key(load_profile("cifar10"))
        assert {experiments[key].net for key in ("M3", "M3_sgd", "M3_adam")} == {experiments["M3"].net}
        assert [experiments[key].optimizer for key in ("M3", "M3_sgd", "M3_adam")] == ["rmsprop", "sgd", "adam"]


class TestFlowers:
    def test_the_cnn_of_the_tutorial(self, flowers):
        experiment = flowers["cnn_16_32_64"]
        assert (experiment.image_size, experiment.learning_rate, experiment.epochs, experiment.augment) == (
            128,
            1e-3,
            10,
            "flip",
        )
        # 128 -> 126 -> 63 -> 61 -> 30 -> 28 -> 14
        assert costs_per_layer(experiment.net, (128, 128, 3), classes=5)["flatten7"].shape == (14 * 14 * 64,)
        assert (experiment.published_accuracy, "validation accuracy" in experiment.note) == (0.6897, True)

    def test_its_variant_has_dropout_l2_and_early_stopping_and_no_other_layer(self, flowers):
        plain, variant = flowers["cnn_16_32_64"], flowers["cnn_16_32_64_dropout_l2"]
        assert variant.net.replace(", l2=0.001", "").replace(" | dropout(0.2)", "") == plain.net
        assert (variant.net.count("l2=0.001"), variant.net.count("dropout(0.2)")) == (4, 2)
        assert (variant.image_size, variant.epochs, variant.patience) == (128, 100, 5)

    def test_the_patch_cnn_of_the_notes(self, flowers):
        experiment = flowers["patch_cnn"]
        convolutions = [(8, 3, 3), (16, 3, 8), (16, 3, 16), (24, 5, 16), (24, 5, 24)]     # filters, size, channels
        dense = [(64, 24), (16, 64), (5, 16)]                                             # units, inputs
        by_hand = (sum(f * (k * k * d + 1) for f, k, d in convolutions) + sum(u * (d + 1) for u, d in dense))
        assert experiment.image_size == 64
        assert parameters(experiment, classes=5) == by_hand == 30_485
        costs = costs_per_layer(experiment.net, (64, 64, 3), classes=5)
        assert {name: cost.shape for name, cost in costs.items() if name.startswith(("pool", "gap"))} == {
            "pool2": (32, 32, 8), "pool5": (16, 16, 16), "pool8": (8, 8, 24), "gap9": (24,)}

    @pytest.mark.parametrize(("key", "parent"), [
        ("cnn_16_32_64_dropout_l2_tta", "cnn_16_32_64_dropout_l2"), ("lite0_tta", "lite0")])
    def test_test_time_augmentation_is_its_parent_asked_several_times(self, flowers, key, parent):
        experiment = flowers[key]
        assert (experiment.parent, experiment.epochs, experiment.tta, experiment.network) == (
            parent,
            0,
            "augmented(8)",
            flowers[parent].network,
        )
        assert experiment.augment == "flip | shift(0.05) | zoom(0.1)"

    def test_feature_extraction_is_beside_fine_tuning_at_a_lower_rate(self, flowers):
        frozen, tuned = flowers["lite0"], flowers["lite0_finetune_all"]
        assert (frozen.tune_last, tuned.tune_last, tuned.parent) == (0, "all", "lite0")
        assert tuned.learning_rate < flowers["lite0_finetune"].learning_rate < frozen.learning_rate


@pytest.mark.parametrize(("change", "valid"), [
    (("conv(8)", "convolution(8)"), sorted(OPERATIONS)),
    (("EfficientNetLite0", "AlexNet"), sorted(BACKBONES)),
    (("epochs: 2", "epochs: 2, optimizer: adagrad"), ["adam", "adamw", "rmsprop", "sgd"]),
    (("epochs: 2", "epochs: 2, sampling: median"), ["'smallest'", "'mean'", "'largest' or 'none'"]),
], ids=["operation", "backbone", "optimiser", "sampling"])
def test_a_row_with_an_unknown_name_stops_with_all_that_are_valid(load, change, valid):
    with pytest.raises(UserError) as caught:
        load(change)
    assert ", ".join(valid) in str(caught.value)
