"""Writes a network in each of the formats that other programs read."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from auxiliary.deploy.export.model import ExportedModel


def antialiased(images: tf.Tensor, size: int) -> tf.Tensor:
    """Stretch images to a square, antialiased where they shrink: each pixel is a weighted mean, by a triangle.

    The same as `keras.layers.Resizing` with `antialias`, and but for rounding as Pillow's bilinear resize.

    Args:
        images: (N, H, W, 3) of any type of number.
        size: side of the square in pixels.

    Returns:
        (N, size, size, 3) float32, in the range of `images`.
    """
    height, width = tf.unstack(tf.shape(images)[1:3])
    rows, columns = _weights(height, size), _weights(width, size)
    # Two products of matrices: first all columns of a row at once, then all rows of a channel.
    flat = tf.reshape(tf.cast(images, tf.float32), (-1, height, width * 3))
    low = tf.reshape(tf.matmul(rows, flat), (-1, size, width, 3))
    narrow = tf.matmul(tf.reshape(tf.transpose(low, (0, 1, 3, 2)), (-1, width)), columns, transpose_b=True)
    return tf.transpose(tf.reshape(narrow, (-1, size, 3, size)), (0, 1, 3, 2))


def _weights(length: tf.Tensor, size: int) -> tf.Tensor:
    """How much each of `length` pixels counts for each of `size`: (size, length), rows that add up to 1."""
    length = tf.cast(length, tf.float32)
    scale = length / size
    centres = (tf.range(size, dtype=tf.float32) + 0.5) * scale
    distances = tf.abs(tf.range(length) + 0.5 - centres[:, None])
    weights = tf.nn.relu(1 - distances / tf.maximum(scale, 1.0))
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)


IMAGES, PROBABILITIES, LABELS = "images", "probabilities", "labels"
OPSET = 17      # of ONNX: in every runtime since 2022
Answer = Callable[[tf.Tensor], dict[str, tf.Tensor]]


def write_keras(exported: ExportedModel, path: Path) -> None:
    """Write a file that Keras reads; Keras passes over the class names in it."""
    exported.model.save(path)
    _add_labels(exported, path)


def write_savedmodel(exported: ExportedModel, folder: Path) -> None:
    """Write a folder for TensorFlow and TensorFlow Serving, with a signature for images and one for class names."""
    archive = _archive(lambda images: {PROBABILITIES: exported.model(images, training=False)})
    archive.add_endpoint(LABELS, lambda: {LABELS: tf.constant(exported.categories)}, [])
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:
        # TensorFlow's files fail in a way of their own; what the system says of it comes last.
        raise OSError(error.message.rpartition("; ")[2].partition(" [Op")[0]) from error


def write_litert(exported: ExportedModel, path: Path) -> None:
    """Write a file for LiteRT (TensorFlow Lite), with nothing in it but LiteRT's own operations.

    Class names are added as Android's tools do it: as a file of an archive at its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        _archive(_answer(exported)).write_out(folder, verbose=False)
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
    _add_labels(exported, path)


def write_onnx(exported: ExportedModel, path: Path) -> None:
    """Write a file for ONNX Runtime and others."""
    import onnx
    import tf2onnx

    signature = [_images()]
    answer = tf.function(_answer(exported), input_signature=signature)
    model, _ = tf2onnx.convert.from_function(answer, signature, opset=OPSET)
    onnx.helper.set_model_props(model, {LABELS: "\n".join(exported.categories)})
    path.write_bytes(model.SerializeToString())


WRITERS: Mapping[str, Callable[[ExportedModel, Path], None]] = {
    "keras": write_keras, "litert": write_litert, "onnx": write_onnx, "savedmodel": write_savedmodel,
}


def _images() -> tf.TensorSpec:
    return tf.TensorSpec((None, None, None, 3), tf.uint8, name=IMAGES)


def _answer(exported: ExportedModel) -> Answer:
    """What a converter is given that does not know TensorFlow's own antialiased resize."""
    return lambda images: {
        PROBABILITIES: exported.network(antialiased(images, exported.size), training=False)}


def _archive(answer: Answer) -> keras.export.ExportArchive:
    # It finds the weights by itself; of a model that is also tracked it would write them twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serving_default", answer, [_images()])
    return archive


def _add_labels(exported: ExportedModel, path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", "\n".join(exported.categories) + "\n")
