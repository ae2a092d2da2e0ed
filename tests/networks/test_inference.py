import keras
import numpy as np
import pytest

from auxiliary.networks.inference import InferenceMode


def backbone():
    pixels = keras.Input((4,))
    x = keras.layers.BatchNormalization(name="norm")(keras.layers.Dropout(0.9)(pixels))
    return keras.Model(pixels, x)


@pytest.fixture
def trained():
    """A model whose backbone is tuned, after one step."""
    keras.utils.set_random_seed(0)
    pixels = keras.Input((4,))
    model = keras.Model(pixels, keras.layers.Dense(1)(InferenceMode(backbone(), name="backbone")(pixels)))
    model.compile("sgd", "mse")
    model.train_on_batch(np.arange(32.0).reshape(8, 4), np.ones((8, 1)))
    return model


def test_averages_stay_and_scale_and_shift_train(trained):
    norm = trained.get_layer("backbone").layer.get_layer("norm")
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(4))
    np.testing.assert_array_equal(norm.moving_variance, np.ones(4))
    assert (norm.gamma.numpy() != 1).all()
    assert (norm.beta.numpy() != 0).all()


def test_only_what_is_inside_is_in_inference_mode():
    pixels = keras.Input((4,))
    outside = keras.layers.Dropout(0.5)(InferenceMode(backbone())(pixels))
    model = keras.Model(pixels, [InferenceMode(backbone())(pixels), outside])
    inside, outside = model(np.ones((50, 4)), training=True)
    np.testing.assert_allclose(inside, np.ones((50, 4)), atol=1e-3)
    assert 0 < (outside.numpy() == 0).mean() < 1


# Keras 3.15 saves its variables in a way that NumPy 2.4 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_saved_model_reads_back_the_same(trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    rows = np.arange(8.0).reshape(2, 4)
    np.testing.assert_array_equal(again(rows, training=True), trained(rows))


def test_pictures_reach_a_backbone_of_low_precision_unrounded():
    pixels = keras.Input((1,))
    with_own_rescaling = keras.Model(pixels, keras.layers.Rescaling(1 / 128, dtype="float32")(pixels))
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        output = InferenceMode(with_own_rescaling)(np.array([[200.4]], "float32"))
    finally:
        keras.config.set_dtype_policy(policy)
    assert float(output[0, 0]) == pytest.approx(200.4 / 128, rel=1e-6)
