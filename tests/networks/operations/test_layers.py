import keras
import numpy as np
import pytest

IMAGE, VECTOR = (11, 9, 3), (20,)


def images(number, shape=IMAGE):
    return np.random.default_rng(0).normal(size=(number, *shape)).astype("float32")


def test_convolution_and_dense_end_in_relu(built):
    for spec, shape in (("conv(8)", IMAGE), ("dense(8)", VECTOR), ("res(3)", IMAGE)):
        # Many inputs of both signs: some sum of each filter is negative, whatever its weights.
        assert np.min(built(spec, shape)(images(32, shape))) == 0


@pytest.mark.parametrize(("activation", "expected"), [
    ("relu", [0, 0, 1]), ("gelu", [-0.158655, 0, 0.841345]), ("silu", [-0.268941, 0, 0.731059]),
    ("celu", [-0.632121, 0, 1]), ("mish", [-0.303401, 0, 0.865098])])
def test_activations_have_their_published_values(built, activation, expected):
    # x Φ(x), x σ(x), max(0, x) + min(0, exp(x) - 1) and x tanh(ln(1 + exp(x))), computed by hand at -1, 0 and 1.
    values = np.float32([[-1, 0, 1]])
    assert built(f"act({activation})", (3,))(values).numpy()[0] == pytest.approx(expected, abs=1e-5)
    for spec, shape in ((f"conv(4, activation={activation})", IMAGE), (f"dense(4, activation={activation})", VECTOR)):
        assert built(spec, shape).layers[-1].activation is keras.activations.get(activation)


def test_identity_passes_channels_on(built):
    model = built("conv(8, 3, 1, same, activation=linear, bias=False, initial=identity)", IMAGE)
    outputs = np.asarray(model(images(2)))
    np.testing.assert_array_equal(outputs[..., :3], images(2))
    assert 0 < outputs[..., 3:].std() < 1


def test_identity_with_fewer_filters_than_channels_passes_the_first_ones_on(built):
    outputs = built("conv(2, 3, 1, same, activation=linear, bias=False, initial=identity)", IMAGE)(images(2))
    np.testing.assert_array_equal(outputs, images(2)[..., :2])


@pytest.mark.parametrize(("initial", "deviation"), [
    ("glorot", (2 / (9 * 64 + 9 * 512)) ** 0.5), ("he", (2 / (9 * 64)) ** 0.5), ("identity", (3 * 9 * 64) ** -0.5)])
def test_weights_begin_with_their_published_spread(built, initial, deviation):
    kernel = np.array(built(f"conv(512, initial={initial})", (3, 3, 64)).layers[-1].kernel)[..., 64:]
    assert kernel.std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize("shape", [IMAGE, VECTOR])
def test_batch_norm_has_the_momentum_the_epsilon_and_the_scale_that_it_is_given(built, shape):
    norm = built("batchnorm(False, 0.6, 0.01)", shape).layers[-1]
    assert (norm.momentum, norm.epsilon, norm.scale, norm.center) == (0.6, 0.01, False, True)
    usual = built("batchnorm", shape).layers[-1]
    assert (usual.momentum, usual.epsilon, usual.scale, usual.center) == (0.9, 1e-3, True, True)


def test_scale_multiplies(built):
    assert built("scale(0.25)", (2,))(np.float32([[4, -8]])).numpy().tolist() == [[1, -2]]
