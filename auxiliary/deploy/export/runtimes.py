"""A program that predicts images with an export in its own runtime, as any other program would.

    python -I auxiliary/deploy/export/runtimes.py FORMAT PATH IMAGES PREDICTIONS.npz

IMAGES is a folder of `.npy` files. It is run in a separate process, which loads no other module of this package.
"""

import os
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

# A function from (N, H, W, 3) uint8 images to the outputs by name, the class names, and the runtime with its version.
Opened = tuple[Callable[[np.ndarray], Mapping[str, np.ndarray]], list[str], str]


def open_keras(path: str) -> Opened:
    """Open a `.keras` file."""
    import keras

    return keras.saving.load_model(path).predict_on_batch, _zipped_labels(path), f"Keras {keras.__version__}"


def open_savedmodel(path: str) -> Opened:
    """Open a SavedModel folder."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    predict, labels = loaded.signatures["serving_default"], loaded.signatures["labels"]()["labels"].numpy()
    return (lambda images: {name: output.numpy() for name, output in predict(images=tf.constant(images)).items()},
            [label.decode() for label in labels], f"TensorFlow {tf.__version__}")


def open_onnx(path: str) -> Opened:
    """Open an `.onnx` file."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    labels = session.get_modelmeta().custom_metadata_map["labels"].split("\n")
    names = [output.name for output in session.get_outputs()]
    return (lambda images: dict(zip(names, session.run(names, {"images": images}), strict=True)), labels,
            f"ONNX Runtime {onnxruntime.__version__}")


def open_litert(path: str) -> Opened:
    """Open a `.tflite` file."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    # The default is one thread, while the other runtimes use all cores.
    predict = Interpreter(path, num_threads=os.cpu_count()).get_signature_runner("serving_default")
    return (lambda images: predict(images=images), _zipped_labels(path), f"LiteRT {version('ai-edge-litert')}")


OPENERS: Mapping[str, Callable[[str], Opened]] = {
    "keras": open_keras, "litert": open_litert, "onnx": open_onnx, "savedmodel": open_savedmodel,
}


def main(form: str, path: str, images: str, predictions: str) -> None:
    """Predict the images of a folder one by one, and save their probabilities, scores and times."""
    predict, labels, runtime = OPENERS[form](path)
    outputs, seconds = [], []
    for file in sorted(Path(images).glob("*.npy")):
        image = np.load(file)
        start = time.perf_counter()
        outputs.append({name: output[0] for name, output in predict(image[None]).items()})
        seconds.append(time.perf_counter() - start)
    arrays = {name: [each[name] for each in outputs] for name in outputs[0]}
    np.savez(predictions, **arrays, seconds=seconds, labels=labels, runtime=runtime)


def _zipped_labels(path: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.read("labels.txt").decode().removesuffix("\n").split("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
