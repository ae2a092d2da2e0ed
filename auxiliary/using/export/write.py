"""Writes a network in each of the formats that other programs read."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from auxiliary.using.export.antialiased import antialiased
from auxiliary.using.export.model import ExportedModel

PICTURES, PROBABILITIES, LABELS = "pictures", "probabilities", "labels"
OPSET = 17      # of ONNX: in every runtime since 2022
Answer = Callable[[tf.Tensor], dict[str, tf.Tensor]]


def write_keras(exported: ExportedModel, path: Path) -> None:
    """Write a file that Keras reads; Keras passes over the class names in it."""
    exported.model.save(path)
    _add_labels(exported, path)


def write_savedmodel(exported: ExportedModel, folder: Path) -> None:
    """Write a folder for TensorFlow and TensorFlow Serving, with a signature for pictures and one for class names."""
    archive = _archive(lambda pictures: {PROBABILITIES: exported.model(pictures, training=False)})
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

    signature = [_pictures()]
    answer = tf.function(_answer(exported), input_signature=signature)
    model, _ = tf2onnx.convert.from_function(answer, signature, opset=OPSET)
    onnx.helper.set_model_props(model, {LABELS: "\n".join(exported.categories)})
    path.write_bytes(model.SerializeToString())


WRITERS: Mapping[str, Callable[[ExportedModel, Path], None]] = {
    "keras": write_keras, "litert": write_litert, "onnx": write_onnx, "savedmodel": write_savedmodel,
}


def _pictures() -> tf.TensorSpec:
    return tf.TensorSpec((None, None, None, 3), tf.uint8, name=PICTURES)


def _answer(exported: ExportedModel) -> Answer:
    """What a converter is given that does not know TensorFlow's own antialiased resize."""
    return lambda pictures: {
        PROBABILITIES: exported.network(antialiased(pictures, exported.size), training=False)}


def _archive(answer: Answer) -> keras.export.ExportArchive:
    # It finds the weights by itself; of a model that is also tracked it would write them twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serving_default", answer, [_pictures()])
    return archive


def _add_labels(exported: ExportedModel, path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", "\n".join(exported.categories) + "\n")
