import keras
import numpy as np

from auxiliary.networks.summary import count_parameters

IMAGE = (8, 8, 4)


def images(number):
    return np.random.default_rng(0).uniform(0, 1, (number, *IMAGE)).astype("float32")


def test_a_stem_halves_the_image_once(built):
    model = built("stem(16, 32, 48, silu)", (128, 128, 3))
    assert model.output.shape == (None, 64, 64, 48)
    assert [layer.activation for layer in model.layers if isinstance(layer, keras.layers.Activation)] == [
        keras.activations.silu] * 3


def test_squeeze_and_excitation_multiplies_each_channel_by_one_number(built):
    model = built("se(2)", IMAGE)
    factors = np.asarray(model(images(3))) / images(3)
    np.testing.assert_allclose(factors, np.broadcast_to(factors[:, :1, :1], factors.shape), rtol=1e-5)
    squeezed, excited = model.get_layer("se1_dense1"), model.get_layer("se1_dense2")
    assert (squeezed.units, excited.units) == (2, 4)
    hidden = np.maximum(images(3).mean(axis=(1, 2)) @ np.asarray(squeezed.kernel), 0)
    np.testing.assert_allclose(factors[:, 0, 0], 1 / (1 + np.exp(-hidden @ np.asarray(excited.kernel))), rtol=1e-4)


def test_few_channels_are_squeezed_into_one_number(built):
    assert built("se(16)", IMAGE).get_layer("se1_dense1").units == 1


def test_of_whitening_only_the_bias_is_trained(built):
    model = built("whiten | gap", IMAGE)
    assert count_parameters(model.trainable_weights) == 2 * 2 * 2 * 4
    model.compile("sgd", "mse")
    model.get_layer("whiten1").set_weights([np.ones((2, 2, 4, 32)), np.zeros(32)])
    model.train_on_batch(images(4), np.ones((4, 32)))
    kernel, bias = model.get_layer("whiten1").get_weights()
    assert (kernel == 1).all() and (bias != 0).all()


def test_whitening_is_computed_in_float32():
    from auxiliary.networks.operations.special import Whiten

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert Whiten().build(keras, keras.Input(IMAGE), "whiten1").dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")
