"""Frozen and folded models against the models they were made of, as Keras itself computes them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import BatchNormalization, Conv2D, Dense, DepthwiseConv2D, Dropout, GlobalAveragePooling2D, ReLU

from auxiliary.networks.backbones import load_backbone
from auxiliary.networks.folded import folded
from auxiliary.networks.frozen import answers, frozen
from auxiliary.networks.inference import InferenceMode


def filled(model: keras.Model) -> keras.Model:
    """The model with weights as training leaves them: none of them zero or one."""
    generator = np.random.default_rng(0)
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])
    return model


def chain(*layers: keras.layers.Layer) -> keras.Model:
    x = pictures = keras.Input((6, 6, 3))
    for layer in layers:
        x = layer(x)
    return filled(keras.Model(pictures, x))


def parted() -> keras.Model:
    """A convolution whose result is also taken as it is."""
    pictures = keras.Input((6, 6, 3))
    x = Conv2D(3, 3, padding="same")(pictures)
    return filled(keras.Model(pictures, keras.layers.Add()([x, BatchNormalization()(x)])))


def normalisations(model: keras.Model) -> int:
    layers = [layer.layer if isinstance(layer, InferenceMode) else layer for layer in model.layers]
    return sum(normalisations(layer) if isinstance(layer, keras.Model) else isinstance(layer, BatchNormalization)
               for layer in layers)


# How many batch normalisations stay.
MODELS = {
    "without bias": (lambda: chain(Conv2D(4, 3, use_bias=False), BatchNormalization(epsilon=0.01), ReLU()), 0),
    "with bias": (lambda: chain(Conv2D(4, 3), BatchNormalization(), ReLU()), 0),
    "no scale": (lambda: chain(Conv2D(4, 3), BatchNormalization(scale=False)), 0),
    "no shift": (lambda: chain(Conv2D(4, 3), BatchNormalization(center=False)), 0),
    "depthwise": (lambda: chain(DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), BatchNormalization()), 0),
    "wrapped": (lambda: chain(InferenceMode(chain(Conv2D(4, 3), BatchNormalization())), Dropout(0.5)), 0),
    "sequential": (lambda: filled(keras.Sequential([keras.Input((6, 6, 3)), Conv2D(4, 3), BatchNormalization()])), 0),
    "after an activation": (lambda: chain(Conv2D(4, 3, activation="relu"), BatchNormalization()), 1),
    "after pooling": (lambda: chain(GlobalAveragePooling2D(), BatchNormalization(), Dense(2)), 1),
    "taken twice": (parted, 1),
}


@pytest.mark.parametrize("name", MODELS)
def test_it_says_what_the_model_says(name):
    build, left = MODELS[name]
    model = build()
    pictures = np.random.default_rng(1).uniform(0, 1, (5, 6, 6, 3)).astype("float32")
    assert frozen(model)(pictures).numpy() == pytest.approx(model.predict(pictures, verbose=0), rel=1e-4, abs=1e-4)
    assert normalisations(folded(model)) == left


def test_a_pre_trained_backbone():
    backbone = load_backbone("EfficientNetLite0", 64)
    model = keras.Model(backbone.input, InferenceMode(backbone)(backbone.input))
    pictures = np.random.default_rng(1).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    assert frozen(model)(pictures).numpy() == pytest.approx(model.predict(pictures, verbose=0), abs=1e-3)
    assert (normalisations(model), normalisations(folded(model))) == (49, 0)


def test_weights_that_change_later_change_nothing():
    model = chain(Conv2D(4, 3), BatchNormalization())
    pictures = np.ones((2, 6, 6, 3), "float32")
    ask, before = frozen(model), model.get_weights()
    said = ask(pictures).numpy()
    model.set_weights([weight * 0 for weight in before])
    assert (ask(pictures).numpy() == said).all()


def test_the_model_itself_stays_as_it_was():
    model = chain(Conv2D(4, 3), BatchNormalization())
    before = model.get_weights()
    folded(model)
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))
    assert normalisations(model) == 1


def test_answers_come_in_the_order_of_the_batches():
    model = chain(Conv2D(4, 3), BatchNormalization(), GlobalAveragePooling2D())
    pictures = np.random.default_rng(1).uniform(0, 1, (50, 6, 6, 3)).astype("float32")
    batches = tf.data.Dataset.from_tensor_slices((pictures, np.arange(50))).batch(3)
    said = list(answers(frozen(model), batches))
    assert [len(answer) for answer in said] == [3] * 16 + [2]
    assert np.concatenate(said) == pytest.approx(model.predict(pictures, verbose=0), rel=1e-4)
