"""Training steps on a batch in memory: `network.py ours|keras PROFILE KEY SIDE`, SIDE that of the images in pixels.

`keras` has Keras's own batch normalisation and optimiser, and one step per call.
"""

import sys

import keras
import tensorflow as tf
from timing import STEPS, batch_of, epochs_of, experiment_of, say

from auxiliary.core import runtime
from auxiliary.data.epochs import without_autotuning
from auxiliary.networks.build import build_scratch
from auxiliary.networks.fused_norm import BatchNormalization
from auxiliary.training.loss import make_loss
from auxiliary.training.trained_model import compiled

side, profile, key, size = sys.argv[1:]
machine = runtime.start(0)
experiment = experiment_of(profile, key).model_copy(
    update={"image_size": int(size), "label_smoothing": 0, "augment": "", "averaging": ""})
CLASSES = 10
images, labels = batch_of(experiment.batch_size, int(size), CLASSES)
batches = without_autotuning(tf.data.Dataset.from_tensors((images, labels)).repeat())


def of_keras(layer: keras.Layer) -> keras.Layer:
    """A layer's copy, batch normalisation being Keras's own."""
    kind = keras.layers.BatchNormalization if isinstance(layer, BatchNormalization) else type(layer)
    return kind.from_config(layer.get_config())


model = build_scratch(experiment, CLASSES)
if side == "ours":
    model = compiled(model, experiment, experiment.learning_rate, STEPS)
else:
    model = keras.models.clone_model(model, clone_function=of_keras)
    optimizer = keras.optimizers.AdamW() if "adamw" in experiment.optimizer else (
        keras.optimizers.SGD(momentum=0.85, nesterov=True, weight_decay=0.01))
    model.compile(optimizer, make_loss(experiment), metrics=["accuracy"])
say(epochs_of(lambda: model.fit(batches, steps_per_epoch=STEPS, verbose=0)), keras=keras.__version__,
    tensorflow=tf.__version__, precision=machine.precision)
