"""Asks an exported network about images in its format's own runtime, as a program that knows nothing of this one.

    python -I auxiliary/deploy/export/runtimes.py FORMAT PATH IMAGES.npy ANSWERS.npz

Started as a process of its own, in which no other module of this package is loaded.
"""

import os
import sys
import time
import zipfile
from collections.abc import Callable, Mapping

import numpy as np

Ask = Callable[[np.ndarray], np.ndarray]


def open_keras(path: str) -> tuple[Ask, list[str], str]:
    """A `.keras` file; as for the others: a function to ask with, the class names, and the runtime with its version."""
    import keras

    return keras.saving.load_model(path).predict_on_batch, _zipped_labels(path), f"Keras {keras.__version__}"


def open_savedmodel(path: str) -> tuple[Ask, list[str], str]:
    """A folder in TensorFlow's format."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    ask, names = loaded.signatures["serving_default"], loaded.signatures["labels"]()["labels"].numpy()
    return (lambda images: ask(images=tf.constant(images))["probabilities"].numpy(),
            [name.decode() for name in names], f"TensorFlow {tf.__version__}")


def open_onnx(path: str) -> tuple[Ask, list[str], str]:
    """An `.onnx` file."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    labels = session.get_modelmeta().custom_metadata_map["labels"].split("\n")
    return (lambda images: session.run(["probabilities"], {"images": images})[0], labels,
            f"ONNX Runtime {onnxruntime.__version__}")


def open_litert(path: str) -> tuple[Ask, list[str], str]:
    """A `.tflite` file."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    # By itself it takes one core, the others take all.
    ask = Interpreter(path, num_threads=os.cpu_count()).get_signature_runner("serving_default")
    return (lambda images: ask(images=images)["probabilities"], _zipped_labels(path),
            f"LiteRT {version('ai-edge-litert')}")


OPENERS: Mapping[str, Callable[[str], tuple[Ask, list[str], str]]] = {
    "keras": open_keras, "litert": open_litert, "onnx": open_onnx, "savedmodel": open_savedmodel,
}


def main(form: str, path: str, images: str, answers: str) -> None:
    """Ask about images one by one, and write down what was said and how long each took."""
    ask, labels, runtime = OPENERS[form](path)
    said, seconds = [], []
    for image in np.load(images):
        began = time.perf_counter()
        said.append(ask(image[None])[0])
        seconds.append(time.perf_counter() - began)
    np.savez(answers, said=said, seconds=seconds, labels=labels, runtime=runtime)


def _zipped_labels(path: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.read("labels.txt").decode().removesuffix("\n").split("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
