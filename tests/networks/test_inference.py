
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import BatchNormalization, Conv2D, Dense, DepthwiseConv2D, Dropout, GlobalAveragePooling2D, ReLU

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.networks.build import build_scratch
from auxiliary.networks.inference import InferenceMode, fold_batch_norm, frozen_graph, predict_batches
from auxiliary.networks.pretrained import load_backbone


def backbone():
    pixels = keras.Input((4,))
    x = keras.layers.BatchNormalization(name="norm")(keras.layers.Dropout(0.9)(pixels))
    return keras.Model(pixels, x)


@pytest.fixture
def trained():
    """A model with a tuned backbone, after one training step."""
    keras.utils.set_random_seed(0)
    pixels = keras.Input((4,))
    model = keras.Model(pixels, keras.layers.Dense(1)(InferenceMode(backbone(), name="backbone")(pixels)))
    model.compile("sgd", "mse")
    model.train_on_batch(np.arange(32.0).reshape(8, 4), np.ones((8, 1)))
    return model


def test_batch_norm_inside_trains_scale_and_shift_but_keeps_its_averages(trained):
    norm = trained.get_layer("backbone").layer.get_layer("norm")
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(4))
    np.testing.assert_array_equal(norm.moving_variance, np.ones(4))
    assert (norm.gamma.numpy() != 1).all()
    assert (norm.beta.numpy() != 0).all()


def test_layers_outside_are_not_in_inference_mode():
    pixels = keras.Input((4,))
    outside = keras.layers.Dropout(0.5)(InferenceMode(backbone())(pixels))
    model = keras.Model(pixels, [InferenceMode(backbone())(pixels), outside])
    inside, outside = model(np.ones((50, 4)), training=True)
    np.testing.assert_allclose(inside, np.ones((50, 4)), atol=1e-3)
    assert 0 < (outside.numpy() == 0).mean() < 1


# NumPy 2.4 warns of the way in which Keras 3.15 saves its variables.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_model_read_back_has_the_same_outputs(trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = np.arange(8.0).reshape(2, 4)
    np.testing.assert_array_equal(again(inputs, training=True), trained(inputs))


def test_images_reach_a_low_precision_backbone_unrounded():
    pixels = keras.Input((1,))
    with_own_rescaling = keras.Model(pixels, keras.layers.Rescaling(1 / 128, dtype="float32")(pixels))
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        output = InferenceMode(with_own_rescaling)(np.array([[200.4]], "float32"))
    finally:
        keras.config.set_dtype_policy(policy)
    assert float(output[0, 0]) == pytest.approx(200.4 / 128, rel=1e-6)


def with_weights(model: keras.Model) -> keras.Model:
    """The model with random weights, none of them zero or one."""
    generator = np.random.default_rng(0)
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])
    return model


def chain(*layers: keras.layers.Layer) -> keras.Model:
    x = images = keras.Input((6, 6, 3))
    for layer in layers:
        x = layer(x)
    return with_weights(keras.Model(images, x))


def branching() -> keras.Model:
    """A convolution whose output is used by batch normalisation and by another layer."""
    images = keras.Input((6, 6, 3))
    x = Conv2D(3, 3, padding="same")(images)
    return with_weights(keras.Model(images, keras.layers.Add()([x, BatchNormalization()(x)])))


def count_batch_norms(model: keras.Model) -> int:
    layers = [layer.layer if isinstance(layer, InferenceMode) else layer for layer in model.layers]
    return sum(count_batch_norms(layer) if isinstance(layer, keras.Model) else isinstance(layer, BatchNormalization)
               for layer in layers)


# Each model with the number of batch normalisations that cannot be folded.
MODELS = {
    "without bias": (lambda: chain(Conv2D(4, 3, use_bias=False), BatchNormalization(epsilon=0.01), ReLU()), 0),
    "with bias": (lambda: chain(Conv2D(4, 3), BatchNormalization(), ReLU()), 0),
    "no scale": (lambda: chain(Conv2D(4, 3), BatchNormalization(scale=False)), 0),
    "no shift": (lambda: chain(Conv2D(4, 3), BatchNormalization(center=False)), 0),
    "depthwise": (lambda: chain(DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), BatchNormalization()), 0),
    "wrapped": (lambda: chain(InferenceMode(chain(Conv2D(4, 3), BatchNormalization())), Dropout(0.5)), 0),
    "sequential": (
        lambda: with_weights(keras.Sequential([keras.Input((6, 6, 3)), Conv2D(4, 3), BatchNormalization()])), 0),
    "after an activation": (lambda: chain(Conv2D(4, 3, activation="relu"), BatchNormalization()), 1),
    "after pooling": (lambda: chain(GlobalAveragePooling2D(), BatchNormalization(), Dense(2)), 1),
    "used twice": (branching, 1),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_frozen_graph_has_the_outputs_of_its_model(name):
    build, remaining = MODELS[name]
    model = build()
    images = np.random.default_rng(1).uniform(0, 1, (5, 6, 6, 3)).astype("float32")
    assert frozen_graph(model)(images).numpy() == pytest.approx(model.predict(images, verbose=0), rel=1e-4, abs=1e-4)
    assert count_batch_norms(fold_batch_norm(model)) == remaining


@pytest.mark.parametrize(("net", "remaining"), [
    ("stem(4, 4, 6) | bottleneck(4, 2, 2, silu, avgpool, True, 2, 0.2) | gap", 0),
    ("conv(4, activation=linear, bias=False) | batchnorm(scale=False) | act(gelu) | blurpool | gap", 0),
    # Pooling stands between the convolution and its batch norm.
    ("whiten | act(gelu) | conv(4, activation=linear) | pool | batchnorm | act(relu) | flatten | classes(False)", 1),
])
def test_a_frozen_graph_of_a_scratch_network(net, remaining):
    experiment = ScratchExperiment(model_id="m", key="m", learning_rate=0.1, epochs=1, image_size=24, net=net)
    model = with_weights(build_scratch(experiment, classes=3))
    images = np.random.default_rng(1).uniform(0, 255, (5, 24, 24, 3)).astype("float32")
    assert frozen_graph(model)(images).numpy() == pytest.approx(model.predict(images, verbose=0), rel=1e-4, abs=1e-4)
    assert count_batch_norms(fold_batch_norm(model)) == remaining


def test_a_frozen_graph_of_a_pre_trained_backbone():
    backbone = load_backbone("EfficientNetLite0", 64)
    model = keras.Model(backbone.input, InferenceMode(backbone)(backbone.input))
    images = np.random.default_rng(1).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    assert frozen_graph(model)(images).numpy() == pytest.approx(model.predict(images, verbose=0), abs=1e-3)
    assert (count_batch_norms(model), count_batch_norms(fold_batch_norm(model))) == (49, 0)


def test_later_changes_of_weights_do_not_affect_a_frozen_graph():
    model = chain(Conv2D(4, 3), BatchNormalization())
    images = np.ones((2, 6, 6, 3), "float32")
    predict = frozen_graph(model)
    before = predict(images).numpy()
    model.set_weights([weight * 0 for weight in model.get_weights()])
    assert (predict(images).numpy() == before).all()


def test_a_folded_copy_has_no_dropout():
    model = chain(Conv2D(4, 3), Dropout(0.5), BatchNormalization(), Dropout(0.5))
    assert [layer.name for layer in fold_batch_norm(model).layers if isinstance(layer, Dropout)] == []


def test_folding_does_not_change_the_model():
    model = chain(Conv2D(4, 3), BatchNormalization())
    before = model.get_weights()
    fold_batch_norm(model)
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))
    assert count_batch_norms(model) == 1


def test_outputs_have_the_order_of_the_batches():
    model = chain(Conv2D(4, 3), BatchNormalization(), GlobalAveragePooling2D())
    images = np.random.default_rng(1).uniform(0, 1, (50, 6, 6, 3)).astype("float32")
    batches = tf.data.Dataset.from_tensor_slices((images, np.arange(50))).batch(3)
    outputs = list(predict_batches(frozen_graph(model), batches))
    assert [len(output) for output in outputs] == [3] * 16 + [2]
    assert np.concatenate(outputs) == pytest.approx(model.predict(images, verbose=0), rel=1e-4)
