"""Batch norm that trains fused is Keras's, within rounding, and a saved model holds Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from auxiliary.networks.fused_norm import BatchNormalization

SHAPE = (6, 5, 4)
# Batches of several sizes, the last one of a single image.
BATCHES = [np.random.default_rng(number).normal(2, 3, (size, *SHAPE)).astype("float32")
           for number, size in enumerate((8, 8, 3, 1))]


def fused_operations(layer, inputs, training=True):
    """The number of fused operations in a layer's graph."""
    graph = tf.function(lambda x: layer(x, training=training)).get_concrete_function(inputs).graph
    return sum(operation.type == "FusedBatchNormV3" for operation in graph.get_operations())


def trained(kind, precision="float32", **options):
    """Outputs, gradients of the inputs, and weights of a batch norm after some steps of training."""
    layer = kind(dtype=precision, **options)
    layer.build((None, *SHAPE))
    layer.set_weights([np.random.default_rng(9).uniform(0.5, 1.5, weight.shape) for weight in layer.weights])
    kernel = tf.random.stateless_normal((4, 4), (0, 0))
    results = []
    for batch in BATCHES:
        inputs = tf.cast(batch, layer.compute_dtype)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
            loss = tf.reduce_mean(tf.tanh(tf.cast(outputs, "float32") @ kernel) ** 2)
        gradients = tape.gradient(loss, [inputs, *layer.trainable_weights])
        for weight, gradient in zip(layer.trainable_weights, gradients[1:], strict=True):
            weight.assign_sub(0.5 * gradient)
        assert outputs.dtype == layer.compute_dtype
        results += [tf.cast(value, "float32").numpy() for value in (outputs, gradients[0])]
    return results + layer.get_weights()


@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False}, {"momentum": 0.6, "epsilon": 2e-5}])
def test_outputs_gradients_and_averages_are_those_of_keras(options):
    for mine, keras_own in zip(trained(BatchNormalization, **options),
                               trained(keras.layers.BatchNormalization, **options), strict=True):
        np.testing.assert_allclose(mine, keras_own, rtol=1e-4, atol=1e-5)


def test_in_low_precision_they_differ_by_rounding():
    mine, keras_own = (trained(kind, "mixed_bfloat16") for kind in (BatchNormalization,
                                                                    keras.layers.BatchNormalization))
    for value, other in zip(mine, keras_own, strict=True):
        np.testing.assert_allclose(value, other, atol=0.02 * np.abs(other).max())


def test_a_training_step_gives_the_same_digits_again():
    for first, second in zip(trained(BatchNormalization), trained(BatchNormalization), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_images_train_fused(precision):
    layer = BatchNormalization(dtype=precision)
    assert fused_operations(layer, BATCHES[0]) == 1
    assert fused_operations(layer, BATCHES[0], training=False) == 0


@pytest.mark.parametrize(("options", "shape"), [
    ({}, (8, 4)), ({}, (8, 6, 4)), ({"axis": 1}, (8, *SHAPE)), ({"epsilon": 1e-6}, (8, *SHAPE)),
    ({"renorm": True}, (8, *SHAPE)), ({"trainable": False}, (8, *SHAPE)), ({"dtype": "float64"}, (8, *SHAPE))])
def test_what_the_fused_operation_cannot_do_is_done_as_keras_does(options, shape):
    layer, keras_own = BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    inputs = np.random.default_rng(0).normal(size=shape).astype(options.get("dtype", "float32"))
    assert fused_operations(layer, inputs) == 0
    np.testing.assert_array_equal(layer(inputs, training=True), keras_own(inputs, training=True))


def test_masked_images_are_left_to_keras():
    mask = np.ones((8, 6, 5), bool)
    mask[:4] = False
    outputs = [kind()(BATCHES[0], training=True, mask=mask) for kind in (BatchNormalization,
                                                                         keras.layers.BatchNormalization)]
    np.testing.assert_array_equal(*outputs)


def small_model():
    images = keras.Input(SHAPE)
    x = BatchNormalization(momentum=0.6, name="norm")(keras.layers.Conv2D(3, 3)(images))
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(x))


def test_a_saved_model_is_read_as_one_of_keras_and_gives_back_its_weights(tmp_path):
    model = small_model()
    model.compile("sgd", "mse")
    model.train_on_batch(BATCHES[0], np.ones((8, 3)))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    assert type(again.get_layer("norm")) is keras.layers.BatchNormalization
    assert again.get_layer("norm").momentum == 0.6
    np.testing.assert_array_equal(again(BATCHES[1]), model(BATCHES[1]))
    fresh = small_model()
    fresh.load_weights(tmp_path / "model.keras")
    np.testing.assert_array_equal(fresh(BATCHES[1]), model(BATCHES[1]))


def test_a_copy_trains_fused_too():
    copy = keras.models.clone_model(small_model())
    assert fused_operations(copy.get_layer("norm"), np.zeros((2, 4, 3, 3), "float32")) == 1
