import doctest

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.evaluation import convolution
from auxiliary.evaluation.convolution import convolve, first_convolution
from auxiliary.networks.build import build_scratch

SIDE = 12
IMAGE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)


def scratch(net):
    model = build_scratch(
        ScratchExperiment(model_id="m", key="m", learning_rate=0.1, epochs=1, image_size=SIDE, net=net), 2
    )
    layer = model.layers[2]
    if hasattr(layer, "bias") and layer.bias is not None:
        layer.bias.assign(np.linspace(-0.1, 0.1, layer.bias.shape[0]))
    return model


def by_formula(arrays):
    """As the figure computes it."""
    output = convolve(arrays["image"] / 255, arrays["kernel"], arrays["bias"], int(arrays["stride"]),
                      str(arrays["padding"]))
    return np.maximum(output, 0) if arrays["relu"] else output


class TestConvolve:
    def test_by_hand(self):
        image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])[..., None]
        kernel = np.array([[1, 10], [100, 1000]])[..., None, None]
        output = convolve(image, kernel, np.array([0.5]))
        assert output[..., 0].tolist() == [[5421.5, 6532.5], [8754.5, 9865.5]]

    def test_zeros_go_to_the_bottom_and_right_first(self):
        image = np.array([[1, 2], [3, 4]])[..., None]
        kernel = np.array([[1, 10], [100, 1000]])[..., None, None]
        assert convolve(image, kernel, np.zeros(1), padding="same")[..., 0].tolist() == [[4321, 402], [43, 4]]

    def test_the_example_of_its_docstring(self):
        assert doctest.testmod(convolution) == (0, 3)

    @settings(max_examples=60)
    @given(height=st.integers(1, 9), width=st.integers(1, 9), size=st.integers(1, 5), channels=st.integers(1, 4),
           filters=st.integers(1, 4), stride=st.integers(1, 3), padding=st.sampled_from(["valid", "same"]),
           seed=st.integers(0, 9))
    def test_it_equals_keras(self, height, width, size, channels, filters, stride, padding, seed):
        assume(padding == "same" or size <= min(height, width))
        rng = np.random.default_rng(seed)
        image, kernel, bias = (rng.normal(size=shape).astype("float32") for shape in (
            (height, width, channels), (size, size, channels, filters), (filters,)))
        expected = keras.ops.conv(image[None], kernel, stride, padding)[0] + bias
        np.testing.assert_allclose(convolve(image, kernel, bias, stride, padding), expected, rtol=1e-5, atol=1e-5)

    def test_it_equals_the_correlation_of_signal_processing(self):
        signal = pytest.importorskip("scipy.signal")
        image, weights = IMAGE[..., 0] / 255, np.arange(9.0).reshape(3, 3)
        output = convolve(image[..., None], weights[..., None, None], np.zeros(1))
        np.testing.assert_allclose(output[..., 0], signal.correlate2d(image, weights, "valid"))

    @pytest.mark.parametrize(("change", "message"), [
        ({"padding": "sane"}, "did you mean 'same'"),
        ({"stride": 0}, "a stride of 1 or more"),
        ({"kernel": np.zeros((2, 3, 3, 1))}, r"give \(k, k, channels, filters\)"),
        ({"kernel": np.zeros((3, 3, 4, 1))}, r"filters for 4 channels do not fit an image of shape \(12, 12, 3\)"),
        ({"kernel": np.zeros((13, 13, 3, 1))}, "a window of 13 pixels does not fit into 12"),
        ({"image": np.zeros((12, 12))}, r"give one of \(height, width, 3\)"),
        ({"bias": np.zeros(2)}, "1 filters need as many biases"),
    ])
    def test_shapes_that_do_not_match_are_refused(self, change, message):
        arguments = {"image": IMAGE, "kernel": np.zeros((3, 3, 3, 1)), "bias": np.zeros(1)}
        with pytest.raises(UserError, match=message):
            convolve(**arguments | change)


class TestFirstConvolution:
    @pytest.mark.parametrize("net", ["conv(6) | gap", "conv(6, 5, 2, same) | pool | gap", "conv(2, 1) | gap",
                                     "res(6, 2) | gap", "stem(4, 4, 4) | gap"])
    def test_it_equals_the_models_own_layer_and_the_formula(self, net):
        model = scratch(net)
        arrays = first_convolution(model, IMAGE.astype("float32"), most=6)
        layer = model.layers[2]
        kernel, chosen = np.asarray(layer.kernel), arrays["kernel"]
        which = [int(np.abs(kernel - chosen[..., [i]]).sum((0, 1, 2)).argmin()) for i in range(chosen.shape[-1])]
        assert sorted(which) == list(range(layer.filters))
        own = np.asarray(keras.Model(model.input, layer.output)(IMAGE[None].astype("float32")))[0]
        np.testing.assert_allclose(arrays["keras"], own[..., which], atol=1e-5)
        np.testing.assert_allclose(arrays["keras"], by_formula(arrays), atol=1e-5)
        np.testing.assert_array_equal(arrays["image"], IMAGE)

    def test_other_activations_than_relu_are_left_out(self):
        arrays = first_convolution(scratch("conv(6, activation=gelu, bias=False) | gap"), IMAGE.astype("float32"))
        assert not arrays["relu"]
        np.testing.assert_allclose(arrays["keras"], by_formula(arrays), atol=1e-5)

    def test_it_chooses_filters_with_different_outputs(self):
        model = scratch("conv(4) | gap")
        edge = np.zeros((3, 3, 3, 1))
        edge[:, 0], edge[:, 2] = -0.1, 0.1
        bright = np.ones((3, 3, 3, 1))
        kernel = np.concatenate([np.zeros_like(edge), 0.9 * bright, edge, bright], axis=-1)
        model.layers[2].set_weights([kernel, np.arange(4.0)])
        arrays = first_convolution(model, IMAGE, most=2)
        assert arrays["bias"].tolist() == [3, 2]

    def test_low_precision_of_the_model_does_not_matter(self):
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            arrays = first_convolution(scratch("conv(6) | gap"), IMAGE)
        finally:
            keras.config.set_dtype_policy(policy)
        assert arrays["keras"].dtype == "float32"
        np.testing.assert_allclose(arrays["keras"], by_formula(arrays), atol=1e-5)

    @pytest.mark.parametrize("net", ["flatten | dense(4)", "gap", "pool | conv(4) | gap"])
    def test_a_network_without_a_first_convolution_has_none(self, net):
        assert first_convolution(scratch(net), IMAGE) == {}

    def test_it_can_be_saved_to_a_file(self, tmp_path):
        arrays = first_convolution(scratch("conv(6, 3, 2, same) | gap"), IMAGE)
        np.savez(tmp_path / "convolution.npz", **arrays)
        with np.load(tmp_path / "convolution.npz", allow_pickle=False) as file:
            np.testing.assert_array_equal(by_formula(dict(file)), by_formula(arrays))
