"""A program that predicts images with an export in float32 and with one in int8 in turn, as any other program would.

    python -I auxiliary/deploy/export/int8_runtime.py FLOAT32 INT8 IMAGES.npy PREDICTIONS.npz

It is run in a separate process, which loads no other module of this package.
"""

import os
import sys
import time
from importlib.metadata import version

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def main(float32: str, int8: str, images: str, predictions: str) -> None:
    """Predict each image with both, and save outputs, times, and what the int8 file says of itself."""
    files = [Interpreter(path, num_threads=os.cpu_count()) for path in (float32, int8)]
    predict = [file.get_signature_runner("serving_default") for file in files]
    kinds = [runner.get_input_details()["images"]["dtype"] for runner in predict]
    outputs, seconds = ([], []), ([], [])
    for image in np.load(images, mmap_mode="r"):
        # In turn, so that a busy moment of the machine slows both.
        for number, (runner, kind) in enumerate(zip(predict, kinds, strict=True)):
            given = image[None].astype(kind)
            start = time.perf_counter()
            outputs[number].append(runner(images=given)["probabilities"][0])
            seconds[number].append(time.perf_counter() - start)
    details = [*predict[1].get_input_details().values(), *predict[1].get_output_details().values()]
    np.savez(predictions, float32=outputs[0], int8=outputs[1], seconds=seconds,
             scales=[each["quantization"] for each in details],
             others=[each["name"] for each in files[1].get_tensor_details() if each["dtype"] is np.float32],
             runtime=f"LiteRT {version('ai-edge-litert')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
