import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.costs import network_cost
from auxiliary.networks.summary import count_parameters, multiply_adds
from auxiliary.networks.whitening import whiten

SIDE, CLASSES = 32, 4
USUAL = {"model_id": "tiny nét!", "key": "tiny nét!", "learning_rate": 0.1, "epochs": 1, "image_size": SIDE}
HEAD = "gap | dense(8) | dropout(0.5)"


def scratch(net, **options):
    return build_scratch(ScratchExperiment(**USUAL, net=net), CLASSES, **options)


def transfer(tune_last=0, backbone="MobileNetV2_035", size=SIDE):
    experiment = TransferExperiment(**USUAL | {"image_size": size}, backbone=backbone, head=HEAD, tune_last=tune_last)
    return build_transfer(experiment, CLASSES, weights=None)


def images(number, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (number, SIDE, SIDE, 3)).astype("float32")


class TestScratch:
    def test_it_maps_images_to_probabilities(self):
        output = scratch("conv(8) | pool | flatten | dense(16)")(images(5))
        assert (output.shape, output.dtype) == ((5, CLASSES), "float32")
        np.testing.assert_allclose(np.sum(output, axis=1), 1, rtol=1e-5)

    def test_it_has_the_parameters_of_the_formula(self):
        net = "res(4) | res(8, 2) | gap | dense(16) | dropout(0.3)"
        assert scratch(net).count_params() == network_cost(net, (SIDE, SIDE, 3), CLASSES).parameters

    def test_images_are_rescaled_to_0_to_1(self):
        model = scratch("gap")
        model.get_layer("probabilities").set_weights([np.eye(3, CLASSES), np.zeros(CLASSES)])
        red = np.broadcast_to(np.float32([255, 0, 0]), (1, SIDE, SIDE, 3))
        expected = np.exp([1, 0, 0, 0]) / np.exp([1, 0, 0, 0]).sum()
        np.testing.assert_allclose(model(red)[0], expected, rtol=1e-5)

    def test_probabilities_are_float32_in_low_precision(self):
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            model = scratch("flatten | dense(16)")
        finally:
            keras.config.set_dtype_policy(policy)
        assert model.layers[-2].compute_dtype == "bfloat16"
        assert model(images(1)).dtype == "float32"

    def test_its_name_is_an_identifier_that_tensorflow_accepts(self):
        assert scratch("gap").name == "scratch_tiny_n_t_"
        assert scratch("gap").predict(images(1), verbose=0).shape == (1, CLASSES)


class TestAnySize:
    """A network that ends in `gap` takes images of any size."""

    NET = "stem(4, 4, 8) | blurpool | res(8, 2, 2, gelu, avgpool, True, 4, 0.1) | bottleneck(4) | avgpool | gap"

    def test_its_weights_are_those_of_the_network_for_one_size(self):
        fixed, flexible = scratch(self.NET), scratch(self.NET, any_size=True)
        flexible.set_weights(fixed.get_weights())
        np.testing.assert_allclose(flexible(images(3)), fixed(images(3)), atol=1e-6)

    @pytest.mark.parametrize("shape", [(48, 48), (37, 45)])
    def test_it_takes_other_sizes(self, shape):
        inputs = np.random.default_rng(0).uniform(0, 255, (2, *shape, 3)).astype("float32")
        assert scratch(self.NET, any_size=True)(inputs).shape == (2, CLASSES)

    def test_a_vector_of_all_pixels_has_one_size(self):
        with pytest.raises(UserError, match="flatten2 gives another number of features for each size"):
            scratch("conv(4) | flatten | dense(4)", any_size=True)


CONV = "conv({0}, 3, 1, same, activation=linear, bias=False, initial=identity)"
NORM = "batchnorm(scale=False, momentum=0.6, epsilon=0.00002) | act(gelu)"
# The network of airbench94, https://github.com/KellerJordan/cifar10-airbench.
AIRBENCH = " | ".join(["whiten | act(gelu)",
                       *(f"{CONV} | pool | {NORM} | {CONV} | {NORM}".format(width) for width in (64, 256, 256)),
                       "pool(3) | flatten | scale(0.1111) | classes(bias=False)"])


class TestAirbench:
    def test_it_has_its_published_size(self):
        experiment = ScratchExperiment(**USUAL, net=AIRBENCH)
        model = build_scratch(experiment, classes=10)
        averages = sum(2 * layer.beta.shape[0] for layer in norms(model))
        # airbench does not count the averages of batch norm.
        assert model.count_params() - averages == 1_971_640
        assert multiply_adds(model) == network_cost(AIRBENCH, (SIDE, SIDE, 3), 10).multiply_adds == 118_147_360

    def test_its_first_probabilities_are_uncertain(self):
        model = scratch(AIRBENCH)
        whiten(model, images(20))
        assert np.max(model(images(5))) < 0.5


@pytest.fixture(scope="module")
def frozen():
    return transfer()


@pytest.fixture(scope="module")
def tuned():
    return transfer(tune_last=10)


def trained_once(built):
    """Trains the model in place for one step at a high learning rate."""
    built.model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    built.model.train_on_batch(images(8), np.arange(8) % CLASSES)
    return built


def norms(backbone):
    return [layer for layer in backbone.layers if isinstance(layer, keras.layers.BatchNormalization)]


class TestTransfer:
    def test_features_and_head_together_are_the_model(self, frozen):
        whole = frozen.model(images(3))
        assert (whole.shape, whole.dtype) == ((3, CLASSES), "float32")
        np.testing.assert_allclose(frozen.head(frozen.features(images(3))), whole, rtol=1e-5)

    def test_the_three_models_share_their_layers(self, frozen):
        before = np.asarray(frozen.model(images(1)))
        for weight in frozen.head.weights:
            weight.assign(keras.ops.ones(weight.shape) * keras.ops.arange(weight.shape[-1], dtype="float32"))
        after = np.asarray(frozen.model(images(1)))
        assert not np.allclose(before, after)
        np.testing.assert_allclose(after, frozen.head(frozen.features(images(1))), rtol=1e-5)

    def test_it_has_the_parameters_of_backbone_and_head(self, frozen):
        backbone = find_backbone("MobileNetV2_035")
        head = network_cost(HEAD, (1, 1, backbone.channels), CLASSES)
        assert frozen.head.count_params() == head.parameters
        assert frozen.model.count_params() == backbone.parameters + head.parameters

    def test_with_a_frozen_backbone_only_the_head_is_trainable(self, frozen):
        assert count_parameters(frozen.model.trainable_weights) == frozen.head.count_params()
        assert frozen.features.trainable_weights == []

    def test_tune_last_counts_the_backbones_last_layers(self, tuned):
        layers = tuned.backbones[0].layers
        assert [layer.trainable for layer in layers].index(True) == len(layers) - 10
        last = sum(count_parameters(layer.trainable_weights) for layer in layers[-10:])
        assert last > 0
        assert count_parameters(tuned.model.trainable_weights) == tuned.head.count_params() + last

    def test_tuned_batch_norm_keeps_its_averages_and_trains_its_shift(self, tuned):
        before = [[np.array(weight) for weight in norm.weights] for norm in norms(tuned.backbones[0])]
        trained_once(tuned)
        after = [[np.array(weight) for weight in norm.weights] for norm in norms(tuned.backbones[0])]
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(old[2:], new[2:])    # moving mean and variance
        assert not np.array_equal(before[-1][1], after[-1][1])    # the last layer's shift
        np.testing.assert_array_equal(before[0][1], after[0][1])    # the first layer's, which is frozen


@pytest.fixture(scope="module")
def joined():
    return transfer(backbone=["MobileNetV2_035", "EfficientNetLite0"])


class TestSeveralBackbones:
    def test_the_head_gets_the_features_of_all_side_by_side(self, joined):
        assert joined.head.input_shape == (None, 2560)
        apart = [joined.parts[name](images(3)) for name in ("MobileNetV2_035", "EfficientNetLite0")]
        np.testing.assert_allclose(np.concatenate(apart, axis=1), joined.features(images(3)), rtol=1e-4, atol=1e-6)

    def test_each_gets_its_images_as_it_wants_them(self, joined):
        mobile, lite = joined.backbones
        expected = [np.mean(each, axis=(1, 2)) for each in (mobile(images(2) / 127.5 - 1), lite(images(2)))]
        np.testing.assert_allclose(joined.features(images(2)), np.concatenate(expected, axis=1), rtol=1e-3, atol=1e-5)

    def test_its_model_is_one_that_is_read_back(self, joined, tmp_path):
        joined.model.save(tmp_path / "model.keras")
        np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(images(2)),
                                      joined.model(images(2)))

    def test_feature_maps_of_different_sizes_are_refused(self):
        with pytest.raises(UserError, match="MobileNetV2_035 3 x 3, InceptionV3 1 x 1: join others"):
            transfer(backbone=["MobileNetV2_035", "InceptionV3"], size=75)
