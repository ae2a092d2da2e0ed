"""A network in whole numbers of 8 bits, for phones and microcontrollers: a LiteRT file of one image of its own size."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf
from tensorflow.lite.python.convert_phase import ConverterError

from auxiliary.core.errors import UserError
from auxiliary.core.streams import stderr_discarded
from auxiliary.deploy.export.model import PROBABILITIES
from auxiliary.deploy.export.write import IMAGES


def int8_file(model: keras.Model, images: np.ndarray) -> bytes:
    """A LiteRT file whose weights and all steps are in int8; its input are bytes of pixels, its output is uint8 too.

    Args:
        model: from (N, S, S, 3) images in 0..255 to probabilities, in float32, see `plain_network`.
        images: (M, S, S, 3) uint8, those that the range of each step is measured on.

    Raises:
        UserError: TensorFlow cannot write a step of the network in int8.
    """
    with _converter(model) as converter:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _representative(images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
        try:
            # The converter prints its own settings there.
            with stderr_discarded():
                return converter.convert()
        except (ConverterError, RuntimeError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0][:300]
            raise UserError(f"TensorFlow cannot write this network in int8 ({reason}): leave out --int8") from error


def float32_file(model: keras.Model) -> bytes:
    """The same network in float32, also of one image of its own size, to compare with."""
    with _converter(model) as converter:
        return converter.convert()


@contextmanager
def _converter(model: keras.Model) -> Iterator[tf.lite.TFLiteConverter]:
    archive = keras.export.ExportArchive()
    # One image at a time, because the runtimes of microcontrollers know no other.
    inputs = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name=IMAGES)]
    archive.add_endpoint("serving_default", lambda images: {PROBABILITIES: model(images, training=False)}, inputs)
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        yield tf.lite.TFLiteConverter.from_saved_model(folder)


def _representative(images: np.ndarray) -> Iterator[list[np.ndarray]]:
    first, *others = images[:, None].astype("float32")
    # Two pixels, so that the range of the input is 0 to 255: the file then takes bytes of pixels as they are.
    first[0, 0, 0], first[0, -1, -1] = 0, 255
    yield [first]
    yield from ([image] for image in others)
