"""A network written in each export format."""

import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from auxiliary.deploy.export.marks import labels_text, mark, write_listing
from auxiliary.deploy.export.model import ExportModel

if TYPE_CHECKING:
    from tf2onnx.graph import Graph, Node

# Names of the input, and of what is said of the outputs: class names, and the limit above which `score` is unlike.
IMAGES, LABELS, LIMIT = "images", "labels", "score_limit"
OPSET = 17      # of ONNX: supported by every runtime since 2022
Signature = Callable[[tf.Tensor], dict[str, tf.Tensor]]


def write_keras(export: ExportModel, path: Path) -> None:
    """Write a `.keras` file; Keras ignores the class names in it."""
    export.model.save(path)
    add_labels(export.categories, path, export.has_score)


def write_savedmodel(export: ExportModel, folder: Path) -> None:
    """Write a folder for TensorFlow and TensorFlow Serving, with one signature for images and one for class names.

    The latter gives the limit too, where there is a score.
    """
    archive = _export_archive(_signature(export))
    limit = {LIMIT: tf.constant(1.0)} if export.has_score else {}
    archive.add_endpoint(LABELS, lambda: {LABELS: tf.constant(export.categories), **limit}, [])
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:
        # TensorFlow raises its own errors for files; the system's reason comes last in their message.
        raise OSError(error.message.rpartition("; ")[2].partition(" [Op")[0]) from error
    write_listing(folder, labels_text(export.categories))


def write_litert(export: ExportModel, path: Path) -> None:
    """Write a file for LiteRT (TensorFlow Lite) that needs no operations but LiteRT's own.

    The class names are added as Android's tools do it: as a file in a zip archive at its end.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        _export_archive(_signature(export)).write_out(folder, verbose=False)
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
    add_labels(export.categories, path, export.has_score)


def write_onnx(export: ExportModel, path: Path) -> None:
    """Write a file for ONNX Runtime and others."""
    import onnx
    import tf2onnx

    inputs = [_images_spec()]
    function = tf.function(_signature(export), input_signature=inputs)
    model, _ = tf2onnx.convert.from_function(function, inputs, opset=OPSET,
                                             custom_op_handlers={"Erfc": (_without_erfc, [])})
    # The mark last, where `read_mark` looks for it.
    limit = {LIMIT: "1.0"} if export.has_score else {}
    onnx.helper.set_model_props(model, {LABELS: "\n".join(export.categories), **limit,
                                        "mark": mark(labels_text(export.categories))})
    path.write_bytes(model.SerializeToString())


def _without_erfc(context: "Graph", node: "Node", name: str, _arguments: list[str]) -> None:
    """Compute `erfc`, which TensorFlow's exact GELU is made of and ONNX lacks, as 1 - erf."""
    shapes, dtypes = node.output_shapes, node.output_dtypes
    context.remove_node(node.name)
    one = context.make_const(f"{name}/one", np.ones(1, "float32"))
    erf = context.make_node("Erf", node.input, name=f"{name}/erf", shapes=shapes, dtypes=dtypes)
    context.make_node("Sub", [one.output[0], erf.output[0]], outputs=node.output, name=name, shapes=shapes,
                      dtypes=dtypes)


WRITERS: Mapping[str, Callable[[ExportModel, Path], None]] = {
    "keras": write_keras, "litert": write_litert, "onnx": write_onnx, "savedmodel": write_savedmodel,
}


def _images_spec() -> tf.TensorSpec:
    return tf.TensorSpec((None, None, None, 3), tf.uint8, name=IMAGES)


def _export_archive(signature: Signature) -> keras.export.ExportArchive:
    # It finds the weights by itself. A model that is also tracked would be written with its weights twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serving_default", signature, [_images_spec()])
    return archive


def _signature(export: ExportModel) -> Signature:
    return lambda images: export.model(images, training=False)


def add_labels(categories: Sequence[str], path: Path, has_score: bool = False) -> None:
    """Add the class names, the limit of the score, and the mark to a file: as a zip archive, which the formats that
    need it do not mind.
    """
    with zipfile.ZipFile(path, "a") as archive:
        labels = labels_text(categories)
        # Without the time, which would make two exports differ.
        archive.writestr(zipfile.ZipInfo("labels.txt"), labels)
        if has_score:
            archive.writestr(zipfile.ZipInfo(f"{LIMIT}.txt"), "1.0\n")
        archive.comment = mark(labels).encode()
